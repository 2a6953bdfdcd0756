BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0001');
CREATE TABLE audit (
	id INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	user_id BIGINT, 
	action TEXT NOT NULL, 
	object TEXT, 
	chat_id BIGINT, 
	detail TEXT, 
	once TEXT, 
	PRIMARY KEY (id), 
	UNIQUE (once)
);
INSERT INTO "audit" VALUES(1,'2026-03-01 12:30:15.123456',11,'role','user:7000000022',-1001234567890,'viewer','update:1');
CREATE TABLE chats (
	chat_id BIGINT NOT NULL, 
	type TEXT NOT NULL, 
	title TEXT, 
	unreachable TEXT, 
	unreachable_since DATETIME, 
	PRIMARY KEY (chat_id)
);
INSERT INTO "chats" VALUES(-1001234567890,'supergroup','NOC 🛰',NULL,NULL);
INSERT INTO "chats" VALUES(33,'private',NULL,'blocked','2026-03-01 12:30:15.123456');
CREATE TABLE chosen (
	chat_id BIGINT NOT NULL, 
	thread_id BIGINT NOT NULL, 
	customer_id TEXT NOT NULL, 
	location_id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	timezone TEXT, 
	chosen_by BIGINT, 
	chosen_at DATETIME NOT NULL, 
	PRIMARY KEY (chat_id, thread_id)
);
INSERT INTO "chosen" VALUES(-1001234567890,4,'cust-1','loc-1','Zoë''s <home> & "co"; -- 🏠','Europe/Berlin',7000000022,'2026-03-01 12:30:15.123456');
CREATE TABLE credentials (
	owner BIGINT NOT NULL, 
	sealed TEXT NOT NULL, 
	saved_at DATETIME NOT NULL, 
	PRIMARY KEY (owner)
);
INSERT INTO "credentials" VALUES(0,'gAAAAABrAz8Ternx4UrHPzAZy0ahXgzb46h18Yk2SlD7-YnZZ8x_ZyM-K7ozOJCZQstVviJHi16f4C0eWjroNH-Ldocz6ya-YLEC_21g7dCZ4b9TROBczGKG1LhyMBawVVX-BxlI35Km3vF8FJqH1oM4t_DktL_dmQ==','2026-03-01 12:30:15.123456');
INSERT INTO "credentials" VALUES(11,'gAAAAABrAz8TwSIk1y6W7gT6w_UWD-iMNEXWOUj1uiIq6xqYMYNoQ5f1WSWox2_-z-LeJo_qu-Rapm66DkFjtnLP7iRqjnlSjU3zWeneL-be4JFt64FezD56sb_PqSjZCzKSAc142LmdiGbqkidwWmfZrMsYnjD5bQ==','2026-03-01 12:30:15.123456');
CREATE TABLE drafts (
	user_id BIGINT NOT NULL, 
	chat_id BIGINT NOT NULL, 
	kind TEXT NOT NULL, 
	begun_at DATETIME NOT NULL, 
	PRIMARY KEY (user_id, chat_id)
);
INSERT INTO "drafts" VALUES(7000000022,7000000022,'setup','2026-03-01 12:30:15.123456');
CREATE TABLE joins (
	user_id BIGINT NOT NULL, 
	name TEXT NOT NULL, 
	asked_at DATETIME NOT NULL, 
	decision TEXT, 
	decided_by BIGINT, 
	decided_at DATETIME, 
	PRIMARY KEY (user_id)
);
INSERT INTO "joins" VALUES(7000000022,'Bob','2026-03-01 12:30:15.123456','viewer',11,'2026-03-01 12:30:15.123456');
INSERT INTO "joins" VALUES(33,'Eve','2026-03-01 12:30:15.123456',NULL,NULL,NULL);
CREATE TABLE people (
	user_id BIGINT NOT NULL, 
	name TEXT NOT NULL, 
	role TEXT, 
	blocked BOOLEAN NOT NULL, 
	created_at DATETIME NOT NULL, 
	PRIMARY KEY (user_id)
);
INSERT INTO "people" VALUES(11,'Ann','admin',0,'2026-03-01 12:30:15.123456');
INSERT INTO "people" VALUES(7000000022,'Bob','viewer',0,'2026-03-01 12:30:15.123456');
CREATE TABLE places (
	user_id BIGINT NOT NULL, 
	shelf TEXT NOT NULL, 
	customer_id TEXT NOT NULL, 
	location_id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	timezone TEXT, 
	position BIGINT NOT NULL, 
	PRIMARY KEY (user_id, shelf, customer_id, location_id)
);
INSERT INTO "places" VALUES(11,'recent','cust-1','loc-1','Zoë''s <home> & "co"; -- 🏠','Europe/Berlin',1);
INSERT INTO "places" VALUES(11,'favourite','cust-1','loc-1','Zoë''s <home> & "co"; -- 🏠','Europe/Berlin',1);
CREATE TABLE settings (
	scope BIGINT NOT NULL, 
	name TEXT NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY (scope, name)
);
INSERT INTO "settings" VALUES(11,'timezone','Europe/Berlin');
INSERT INTO "settings" VALUES(-1001234567890,'language','de');
CREATE TABLE vault (
	name TEXT NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY (name)
);
INSERT INTO "vault" VALUES('canary','gAAAAABrAz8TcEqHJBIq8nAjQpgegkXBBa-VtMz8syksFFE7arzANs8ycQQewY1vopiOjYi3O9qFBnaeLoXcme4JwDX1sW3J3g==');
CREATE INDEX ix_audit_user_id ON audit (user_id);
CREATE INDEX ix_audit_at ON audit (at);
COMMIT;
