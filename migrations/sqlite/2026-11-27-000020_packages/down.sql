DROP TABLE batch_corrections;
DROP TABLE package_files;
DROP TABLE batch_photos;
DROP TABLE batch_contacts;
DROP TABLE batch_packages;
