BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0002');
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
CREATE TABLE boards (
	chat_id BIGINT NOT NULL, 
	thread_id BIGINT NOT NULL, 
	message_id BIGINT NOT NULL, 
	page INTEGER NOT NULL, 
	PRIMARY KEY (chat_id, thread_id)
);
INSERT INTO "boards" VALUES(-55,7,10,1);
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
INSERT INTO "credentials" VALUES(0,'gAAAAABrA2TRgB8nwy7s2U-UsRogjoP-z4Ff-C9oqJuOlwOcfnRz3fAmrIQIsGRmuTXiDXRKWjYuFqp3o2_VxxYqoksfAiHfz96pj2RNSxjHUpxkFV7WvCZ2VpCP3pE4_bwa7faAytK5NY0EdtDRAFF_Z1v7T0fwOQ==','2026-03-01 12:30:15.123456');
INSERT INTO "credentials" VALUES(11,'gAAAAABrA2TRRxxdA1Q94zwwtEuH4uiaLAg6kRUUEmehJOIN57zJocsHDuQVygdhnhzm_rAaVVf18mCk4aeC2_4P_dnWQOEkqdz0KFusPtG0huAP2Igrl5fUc5wOhR8zJJ9yBtXxAPgm-Ql3_3x3XjZ5DjIYYDslsg==','2026-03-01 12:30:15.123456');
CREATE TABLE drafts (
	user_id BIGINT NOT NULL, 
	chat_id BIGINT NOT NULL, 
	kind TEXT NOT NULL, 
	begun_at DATETIME NOT NULL, 
	PRIMARY KEY (user_id, chat_id)
);
INSERT INTO "drafts" VALUES(7000000022,7000000022,'setup','2026-03-01 12:30:15.123456');
CREATE TABLE home_memory (
	customer_id TEXT NOT NULL, 
	location_id TEXT NOT NULL, 
	memory TEXT NOT NULL, 
	updated_at DATETIME NOT NULL, 
	PRIMARY KEY (customer_id, location_id)
);
INSERT INTO "home_memory" VALUES('cust-1','loc-1','{"parents":{"pod":null}}','2026-03-01 12:30:15.123456');
CREATE TABLE incidents (
	id TEXT NOT NULL, 
	owner BIGINT NOT NULL, 
	opened_at DATETIME NOT NULL, 
	closed_at DATETIME, 
	content TEXT NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "incidents" VALUES('i1',0,'2026-03-01 12:01:00.000000',NULL,'{"id":"i1","owner":0,"trigger":"pod_offline","level":"warning","homes":[{"key":[0,"c","l1"],"name":"Home","began_at":"2026-03-01T12:00:00Z","ended_at":null,"timezone":"Europe/Berlin"}],"subject":"n1","began_at":"2026-03-01T12:00:00Z","opened_at":"2026-03-01T12:01:00Z","cause":"No power.","began_reported":false,"pod":{"id":"n1","name":"Attic","serial":"SN1"},"pods":[{"id":"n1","name":"Attic","serial":"SN1"}],"evidence":["Last seen 12:00."],"flips":0,"unstable":false,"shared":[],"unaffected":null,"ended_at":null,"closed_at":null,"ending":null,"swallowed_by":null,"frozen_s":0.0}');
CREATE TABLE joins (
	user_id BIGINT NOT NULL, 
	name TEXT NOT NULL, 
	asked_at DATETIME NOT NULL, 
	decision TEXT, 
	decided_by BIGINT, 
	decided_at DATETIME, 
	told_at DATETIME, 
	PRIMARY KEY (user_id)
);
INSERT INTO "joins" VALUES(7000000022,'Bob','2026-03-01 12:30:15.123456','viewer',11,'2026-03-01 12:30:15.123456',NULL);
INSERT INTO "joins" VALUES(33,'Eve','2026-03-01 12:30:15.123456',NULL,NULL,NULL,NULL);
CREATE TABLE notices (
	incident_id TEXT NOT NULL, 
	chat_id BIGINT NOT NULL, 
	thread_id BIGINT NOT NULL, 
	message_id BIGINT, 
	content TEXT NOT NULL, 
	PRIMARY KEY (incident_id, chat_id, thread_id)
);
INSERT INTO "notices" VALUES('i1',-55,7,4711,'{"incident_id":"i1","state":"told","reason":"","silent":false,"message_id":null,"told_at":"2026-03-01T12:00:00Z","reminders":0,"next_reminder_at":null,"escalate_at":null,"acked_by":44,"acked_name":"Zoë","acked_at":null,"snoozed_until":null,"snoozed_by":"","snoozed_at":null,"in_summary":false}');
CREATE TABLE outbox (
	id INTEGER NOT NULL, 
	once TEXT NOT NULL, 
	chat_id BIGINT NOT NULL, 
	thread_id BIGINT NOT NULL, 
	kind TEXT NOT NULL, 
	urgency INTEGER NOT NULL, 
	incident_id TEXT, 
	content TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	not_before DATETIME, 
	tries INTEGER NOT NULL, 
	begun_at DATETIME, 
	done_at DATETIME, 
	message_id BIGINT, 
	failed TEXT, 
	PRIMARY KEY (id), 
	UNIQUE (once)
);
INSERT INTO "outbox" VALUES(1,'alert',-55,7,'alert',0,'i1','','2026-03-01 12:00:00.000000',NULL,1,'2026-03-01 12:30:15.123456','2026-03-01 12:30:15.123456',4711,NULL);
INSERT INTO "outbox" VALUES(2,'digest',-55,7,'alert',0,NULL,'{"once":"digest","kind":"alert","text":"<b>digest</b>","created_at":"2026-03-01T12:00:00Z","incident_id":null,"silent":false,"buttons":"","location_id":null,"customer_id":null,"not_before":null,"message_id":null}','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL,NULL,NULL);
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
CREATE TABLE updates (
	update_id BIGINT NOT NULL, 
	at DATETIME NOT NULL, 
	PRIMARY KEY (update_id)
);
CREATE TABLE vault (
	name TEXT NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY (name)
);
INSERT INTO "vault" VALUES('canary','gAAAAABrA2TRJi3aTIaqqKKT-jYgKTi91fyJvd6H5KXF_vLSUD64g33_vr4DXaNjw_dQd-LaeIhtfDw5T3C7Po11rRhP-AldyQ==');
CREATE TABLE watch_homes (
	owner BIGINT NOT NULL, 
	customer_id TEXT NOT NULL, 
	location_id TEXT NOT NULL, 
	memory TEXT NOT NULL, 
	PRIMARY KEY (owner, customer_id, location_id)
);
INSERT INTO "watch_homes" VALUES(0,'c','l1','{"looked_at": null}');
CREATE TABLE watch_policies (
	chat_id BIGINT NOT NULL, 
	thread_id BIGINT NOT NULL, 
	policy TEXT NOT NULL, 
	PRIMARY KEY (chat_id, thread_id)
);
INSERT INTO "watch_policies" VALUES(-55,7,'{"modes":{"reboot":"loud"},"timezone":null,"quiet":null,"maintenance":[],"escalate_to":[11,0],"escalate_after_s":1800,"digest":null,"digest_sent_at":null,"board_message_id":null}');
CREATE TABLE watch_scopes (
	owner BIGINT NOT NULL, 
	memory TEXT NOT NULL, 
	PRIMARY KEY (owner)
);
INSERT INTO "watch_scopes" VALUES(0,'{}');
CREATE TABLE watches (
	owner BIGINT NOT NULL, 
	customer_id TEXT NOT NULL, 
	location_id TEXT NOT NULL, 
	chat_id BIGINT NOT NULL, 
	thread_id BIGINT NOT NULL, 
	name TEXT NOT NULL, 
	timezone TEXT, 
	created_by BIGINT NOT NULL, 
	created_at DATETIME NOT NULL, 
	PRIMARY KEY (owner, customer_id, location_id, chat_id, thread_id)
);
INSERT INTO "watches" VALUES(0,'c','l1',-55,7,'Zoë''s <home>','Europe/Berlin',44,'2026-03-01 12:00:00.000000');
CREATE TABLE why (
	id INTEGER NOT NULL, 
	chat_id BIGINT NOT NULL, 
	thread_id BIGINT NOT NULL, 
	at DATETIME NOT NULL, 
	content TEXT NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "why" VALUES(1,-55,7,'2026-03-01 12:00:00.000000','{"at":"2026-03-01T12:00:00Z","decision":"told","text":"It was confirmed.","key":[0,"c","l1"],"incident_id":"i1"}');
CREATE INDEX ix_audit_at ON audit (at);
CREATE INDEX ix_audit_user_id ON audit (user_id);
CREATE INDEX ix_updates_at ON updates (at);
CREATE INDEX ix_home_memory_updated_at ON home_memory (updated_at);
CREATE INDEX ix_watches_chat_id ON watches (chat_id);
CREATE INDEX ix_incidents_closed_at ON incidents (closed_at);
CREATE INDEX ix_notices_chat_id ON notices (chat_id);
CREATE INDEX ix_outbox_chat_id ON outbox (chat_id);
CREATE INDEX ix_outbox_done_at ON outbox (done_at);
CREATE INDEX ix_why_at ON why (at);
CREATE INDEX ix_why_chat_id ON why (chat_id);
COMMIT;
