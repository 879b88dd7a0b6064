DROP TABLE refresh_tokens;
DROP TABLE users;
DROP TABLE leadership_groups;
DROP TABLE organizations;
