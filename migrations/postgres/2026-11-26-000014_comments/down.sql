DROP TABLE notifications;
DROP TABLE word_lists;
DROP TABLE comment_reports;
DROP TABLE comments;
