SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

SET default_tablespace = '';

SET default_table_access_method = heap;

CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);

CREATE TABLE public.audit (
    id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    user_id bigint,
    action text NOT NULL,
    object text,
    chat_id bigint,
    detail text,
    once text
);

CREATE SEQUENCE public.audit_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.audit_id_seq OWNED BY public.audit.id;

CREATE TABLE public.boards (
    chat_id bigint NOT NULL,
    thread_id bigint NOT NULL,
    message_id bigint NOT NULL,
    page integer NOT NULL
);

CREATE TABLE public.chats (
    chat_id bigint NOT NULL,
    type text NOT NULL,
    title text,
    unreachable text,
    unreachable_since timestamp with time zone
);

CREATE TABLE public.chosen (
    chat_id bigint NOT NULL,
    thread_id bigint NOT NULL,
    customer_id text NOT NULL,
    location_id text NOT NULL,
    name text NOT NULL,
    timezone text,
    chosen_by bigint,
    chosen_at timestamp with time zone NOT NULL
);

CREATE TABLE public.credentials (
    owner bigint NOT NULL,
    sealed text NOT NULL,
    saved_at timestamp with time zone NOT NULL
);

CREATE TABLE public.drafts (
    user_id bigint NOT NULL,
    chat_id bigint NOT NULL,
    kind text NOT NULL,
    begun_at timestamp with time zone NOT NULL
);

CREATE TABLE public.home_memory (
    customer_id text NOT NULL,
    location_id text NOT NULL,
    memory text NOT NULL,
    updated_at timestamp with time zone NOT NULL
);

CREATE TABLE public.incidents (
    id text NOT NULL,
    owner bigint NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    closed_at timestamp with time zone,
    content text NOT NULL
);

CREATE TABLE public.joins (
    user_id bigint NOT NULL,
    name text NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    decision text,
    decided_by bigint,
    decided_at timestamp with time zone,
    told_at timestamp with time zone
);

CREATE TABLE public.notices (
    incident_id text NOT NULL,
    chat_id bigint NOT NULL,
    thread_id bigint NOT NULL,
    message_id bigint,
    content text NOT NULL
);

CREATE TABLE public.outbox (
    id bigint NOT NULL,
    once text NOT NULL,
    chat_id bigint NOT NULL,
    thread_id bigint NOT NULL,
    kind text NOT NULL,
    urgency integer NOT NULL,
    incident_id text,
    content text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    not_before timestamp with time zone,
    tries integer NOT NULL,
    begun_at timestamp with time zone,
    done_at timestamp with time zone,
    message_id bigint,
    failed text
);

CREATE SEQUENCE public.outbox_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.outbox_id_seq OWNED BY public.outbox.id;

CREATE TABLE public.people (
    user_id bigint NOT NULL,
    name text NOT NULL,
    role text,
    blocked boolean NOT NULL,
    created_at timestamp with time zone NOT NULL
);

CREATE TABLE public.places (
    user_id bigint NOT NULL,
    shelf text NOT NULL,
    customer_id text NOT NULL,
    location_id text NOT NULL,
    name text NOT NULL,
    timezone text,
    "position" bigint NOT NULL
);

CREATE TABLE public.settings (
    scope bigint NOT NULL,
    name text NOT NULL,
    value text NOT NULL
);

CREATE TABLE public.updates (
    update_id bigint NOT NULL,
    at timestamp with time zone NOT NULL
);

CREATE TABLE public.vault (
    name text NOT NULL,
    value text NOT NULL
);

CREATE TABLE public.watch_homes (
    owner bigint NOT NULL,
    customer_id text NOT NULL,
    location_id text NOT NULL,
    memory text NOT NULL
);

CREATE TABLE public.watch_policies (
    chat_id bigint NOT NULL,
    thread_id bigint NOT NULL,
    policy text NOT NULL
);

CREATE TABLE public.watch_scopes (
    owner bigint NOT NULL,
    memory text NOT NULL
);

CREATE TABLE public.watches (
    owner bigint NOT NULL,
    customer_id text NOT NULL,
    location_id text NOT NULL,
    chat_id bigint NOT NULL,
    thread_id bigint NOT NULL,
    name text NOT NULL,
    timezone text,
    created_by bigint NOT NULL,
    created_at timestamp with time zone NOT NULL
);

CREATE TABLE public.why (
    id bigint NOT NULL,
    chat_id bigint NOT NULL,
    thread_id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    content text NOT NULL
);

CREATE SEQUENCE public.why_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.why_id_seq OWNED BY public.why.id;

ALTER TABLE ONLY public.audit ALTER COLUMN id SET DEFAULT nextval('public.audit_id_seq'::regclass);

ALTER TABLE ONLY public.outbox ALTER COLUMN id SET DEFAULT nextval('public.outbox_id_seq'::regclass);

ALTER TABLE ONLY public.why ALTER COLUMN id SET DEFAULT nextval('public.why_id_seq'::regclass);

INSERT INTO public.alembic_version VALUES ('0002');

INSERT INTO public.audit VALUES (1, '2026-03-01 12:30:15.123456+00', 11, 'role', 'user:7000000022', -1001234567890, 'viewer', 'update:1');

INSERT INTO public.boards VALUES (-55, 7, 10, 1);

INSERT INTO public.chats VALUES (-1001234567890, 'supergroup', 'NOC 🛰', NULL, NULL);
INSERT INTO public.chats VALUES (33, 'private', NULL, 'blocked', '2026-03-01 12:30:15.123456+00');

INSERT INTO public.chosen VALUES (-1001234567890, 4, 'cust-1', 'loc-1', 'Zoë''s <home> & "co"; -- 🏠', 'Europe/Berlin', 7000000022, '2026-03-01 12:30:15.123456+00');

INSERT INTO public.credentials VALUES (0, 'gAAAAABrA2TSoRcEIIyK7BLolNcNA3uuqz8nEzfQOMCcqmJmsnudSuOz3b6cBn7uzM6Sty8xFJUWDVUUPOEBIOPGxDalsQGPCs22v5FF5TMOwNAXncObM9Hu_EuE8tKFaKBJEbn3l4zIAFDu6LLUBNVoWi8euKSglg==', '2026-03-01 12:30:15.123456+00');
INSERT INTO public.credentials VALUES (11, 'gAAAAABrA2TSKgBgiLq_4gnAc2iFfMtiL8m8XQsb4igBPKWZoTRNU7A-ICwJOEYi1BHAvsl89S_YrTYRtzV9SfLjjNbPjXDr0uEuPFqv1NnXXYqukebnT60eWdsI4didmZI-Gm2tX0nk3ocBnZguF0LABZI-J0lgxw==', '2026-03-01 12:30:15.123456+00');

INSERT INTO public.drafts VALUES (7000000022, 7000000022, 'setup', '2026-03-01 12:30:15.123456+00');

INSERT INTO public.home_memory VALUES ('cust-1', 'loc-1', '{"parents":{"pod":null}}', '2026-03-01 12:30:15.123456+00');

INSERT INTO public.incidents VALUES ('i1', 0, '2026-03-01 12:01:00+00', NULL, '{"id":"i1","owner":0,"trigger":"pod_offline","level":"warning","homes":[{"key":[0,"c","l1"],"name":"Home","began_at":"2026-03-01T12:00:00Z","ended_at":null,"timezone":"Europe/Berlin"}],"subject":"n1","began_at":"2026-03-01T12:00:00Z","opened_at":"2026-03-01T12:01:00Z","cause":"No power.","began_reported":false,"pod":{"id":"n1","name":"Attic","serial":"SN1"},"pods":[{"id":"n1","name":"Attic","serial":"SN1"}],"evidence":["Last seen 12:00."],"flips":0,"unstable":false,"shared":[],"unaffected":null,"ended_at":null,"closed_at":null,"ending":null,"swallowed_by":null,"frozen_s":0.0}');

INSERT INTO public.joins VALUES (7000000022, 'Bob', '2026-03-01 12:30:15.123456+00', 'viewer', 11, '2026-03-01 12:30:15.123456+00', NULL);
INSERT INTO public.joins VALUES (33, 'Eve', '2026-03-01 12:30:15.123456+00', NULL, NULL, NULL, NULL);

INSERT INTO public.notices VALUES ('i1', -55, 7, 4711, '{"incident_id":"i1","state":"told","reason":"","silent":false,"message_id":null,"told_at":"2026-03-01T12:00:00Z","reminders":0,"next_reminder_at":null,"escalate_at":null,"acked_by":44,"acked_name":"Zoë","acked_at":null,"snoozed_until":null,"snoozed_by":"","snoozed_at":null,"in_summary":false}');

INSERT INTO public.outbox VALUES (2, 'digest', -55, 7, 'alert', 0, NULL, '{"once":"digest","kind":"alert","text":"<b>digest</b>","created_at":"2026-03-01T12:00:00Z","incident_id":null,"silent":false,"buttons":"","location_id":null,"customer_id":null,"not_before":null,"message_id":null}', '2026-03-01 12:00:00+00', NULL, 0, NULL, NULL, NULL, NULL);
INSERT INTO public.outbox VALUES (1, 'alert', -55, 7, 'alert', 0, 'i1', '', '2026-03-01 12:00:00+00', NULL, 1, '2026-03-01 12:30:15.123456+00', '2026-03-01 12:30:15.123456+00', 4711, NULL);

INSERT INTO public.people VALUES (11, 'Ann', 'admin', false, '2026-03-01 12:30:15.123456+00');
INSERT INTO public.people VALUES (7000000022, 'Bob', 'viewer', false, '2026-03-01 12:30:15.123456+00');

INSERT INTO public.places VALUES (11, 'recent', 'cust-1', 'loc-1', 'Zoë''s <home> & "co"; -- 🏠', 'Europe/Berlin', 1);
INSERT INTO public.places VALUES (11, 'favourite', 'cust-1', 'loc-1', 'Zoë''s <home> & "co"; -- 🏠', 'Europe/Berlin', 1);

INSERT INTO public.settings VALUES (11, 'timezone', 'Europe/Berlin');

INSERT INTO public.vault VALUES ('canary', 'gAAAAABrA2TS7c1vT5dao1FgfPBGzCYl3oV0KvtJCvRC_dTV-r-7D-k8-0XxiPBTNxWg1oneNDbP1UYPgEs8I0SW5K3yha9p9w==');

INSERT INTO public.watch_homes VALUES (0, 'c', 'l1', '{"looked_at": null}');

INSERT INTO public.watch_policies VALUES (-55, 7, '{"modes":{"reboot":"loud"},"timezone":null,"quiet":null,"maintenance":[],"escalate_to":[11,0],"escalate_after_s":1800,"digest":null,"digest_sent_at":null,"board_message_id":null}');

INSERT INTO public.watch_scopes VALUES (0, '{}');

INSERT INTO public.watches VALUES (0, 'c', 'l1', -55, 7, 'Zoë''s <home>', 'Europe/Berlin', 44, '2026-03-01 12:00:00+00');

INSERT INTO public.why VALUES (1, -55, 7, '2026-03-01 12:00:00+00', '{"at":"2026-03-01T12:00:00Z","decision":"told","text":"It was confirmed.","key":[0,"c","l1"],"incident_id":"i1"}');

SELECT pg_catalog.setval('public.audit_id_seq', 1, true);

SELECT pg_catalog.setval('public.outbox_id_seq', 2, true);

SELECT pg_catalog.setval('public.why_id_seq', 1, true);

ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkey PRIMARY KEY (version_num);

ALTER TABLE ONLY public.audit
    ADD CONSTRAINT audit_once_key UNIQUE (once);

ALTER TABLE ONLY public.audit
    ADD CONSTRAINT audit_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.boards
    ADD CONSTRAINT boards_pkey PRIMARY KEY (chat_id, thread_id);

ALTER TABLE ONLY public.chats
    ADD CONSTRAINT chats_pkey PRIMARY KEY (chat_id);

ALTER TABLE ONLY public.chosen
    ADD CONSTRAINT chosen_pkey PRIMARY KEY (chat_id, thread_id);

ALTER TABLE ONLY public.credentials
    ADD CONSTRAINT credentials_pkey PRIMARY KEY (owner);

ALTER TABLE ONLY public.drafts
    ADD CONSTRAINT drafts_pkey PRIMARY KEY (user_id, chat_id);

ALTER TABLE ONLY public.home_memory
    ADD CONSTRAINT home_memory_pkey PRIMARY KEY (customer_id, location_id);

ALTER TABLE ONLY public.incidents
    ADD CONSTRAINT incidents_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.joins
    ADD CONSTRAINT joins_pkey PRIMARY KEY (user_id);

ALTER TABLE ONLY public.notices
    ADD CONSTRAINT notices_pkey PRIMARY KEY (incident_id, chat_id, thread_id);

ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_once_key UNIQUE (once);

ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.people
    ADD CONSTRAINT people_pkey PRIMARY KEY (user_id);

ALTER TABLE ONLY public.places
    ADD CONSTRAINT places_pkey PRIMARY KEY (user_id, shelf, customer_id, location_id);

ALTER TABLE ONLY public.settings
    ADD CONSTRAINT settings_pkey PRIMARY KEY (scope, name);

ALTER TABLE ONLY public.updates
    ADD CONSTRAINT updates_pkey PRIMARY KEY (update_id);

ALTER TABLE ONLY public.vault
    ADD CONSTRAINT vault_pkey PRIMARY KEY (name);

ALTER TABLE ONLY public.watch_homes
    ADD CONSTRAINT watch_homes_pkey PRIMARY KEY (owner, customer_id, location_id);

ALTER TABLE ONLY public.watch_policies
    ADD CONSTRAINT watch_policies_pkey PRIMARY KEY (chat_id, thread_id);

ALTER TABLE ONLY public.watch_scopes
    ADD CONSTRAINT watch_scopes_pkey PRIMARY KEY (owner);

ALTER TABLE ONLY public.watches
    ADD CONSTRAINT watches_pkey PRIMARY KEY (owner, customer_id, location_id, chat_id, thread_id);

ALTER TABLE ONLY public.why
    ADD CONSTRAINT why_pkey PRIMARY KEY (id);

CREATE INDEX ix_audit_at ON public.audit USING btree (at);

CREATE INDEX ix_audit_user_id ON public.audit USING btree (user_id);

CREATE INDEX ix_home_memory_updated_at ON public.home_memory USING btree (updated_at);

CREATE INDEX ix_incidents_closed_at ON public.incidents USING btree (closed_at);

CREATE INDEX ix_notices_chat_id ON public.notices USING btree (chat_id);

CREATE INDEX ix_outbox_chat_id ON public.outbox USING btree (chat_id);

CREATE INDEX ix_outbox_done_at ON public.outbox USING btree (done_at);

CREATE INDEX ix_updates_at ON public.updates USING btree (at);

CREATE INDEX ix_watches_chat_id ON public.watches USING btree (chat_id);

CREATE INDEX ix_why_at ON public.why USING btree (at);

CREATE INDEX ix_why_chat_id ON public.why USING btree (chat_id);
