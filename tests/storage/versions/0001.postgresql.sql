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

CREATE TABLE public.joins (
    user_id bigint NOT NULL,
    name text NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    decision text,
    decided_by bigint,
    decided_at timestamp with time zone
);

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

CREATE TABLE public.vault (
    name text NOT NULL,
    value text NOT NULL
);

ALTER TABLE ONLY public.audit ALTER COLUMN id SET DEFAULT nextval('public.audit_id_seq'::regclass);

INSERT INTO public.alembic_version VALUES ('0001');

INSERT INTO public.audit VALUES (1, '2026-03-01 12:30:15.123456+00', 11, 'role', 'user:7000000022', -1001234567890, 'viewer', 'update:1');

INSERT INTO public.chats VALUES (-1001234567890, 'supergroup', 'NOC 🛰', NULL, NULL);
INSERT INTO public.chats VALUES (33, 'private', NULL, 'blocked', '2026-03-01 12:30:15.123456+00');

INSERT INTO public.chosen VALUES (-1001234567890, 4, 'cust-1', 'loc-1', 'Zoë''s <home> & "co"; -- 🏠', 'Europe/Berlin', 7000000022, '2026-03-01 12:30:15.123456+00');

INSERT INTO public.credentials VALUES (0, 'gAAAAABrAz8Uj8NteJIm1rR2qb5OSIGoAFVGwDHm_9S2EpzIXI42_imP0Nw0LWqIukcKMdbAllm-KZmPjTnnWWp4aaLnmn_uVq7ZTctbH7wFdGL3OhQP9scsznSTqXupmWCgfIAzMuJJfIjs7kOFHbGKnY_qQDtBMw==', '2026-03-01 12:30:15.123456+00');
INSERT INTO public.credentials VALUES (11, 'gAAAAABrAz8UU4Zz2AOYNxoeKo_-vw2y7npw45wsmrFbR4o5AwmoXvhw6lJCrVsLOohJ5oey1LQfh8XQIPYKXmpjtwPiGtZblzXKrVcLgjR4bGBrNcuggnLZ75aOTDYKQiQUUYl42qu0Bn0D-OSfFHerB16dOT2O5g==', '2026-03-01 12:30:15.123456+00');

INSERT INTO public.drafts VALUES (7000000022, 7000000022, 'setup', '2026-03-01 12:30:15.123456+00');

INSERT INTO public.joins VALUES (7000000022, 'Bob', '2026-03-01 12:30:15.123456+00', 'viewer', 11, '2026-03-01 12:30:15.123456+00');
INSERT INTO public.joins VALUES (33, 'Eve', '2026-03-01 12:30:15.123456+00', NULL, NULL, NULL);

INSERT INTO public.people VALUES (11, 'Ann', 'admin', false, '2026-03-01 12:30:15.123456+00');
INSERT INTO public.people VALUES (7000000022, 'Bob', 'viewer', false, '2026-03-01 12:30:15.123456+00');

INSERT INTO public.places VALUES (11, 'recent', 'cust-1', 'loc-1', 'Zoë''s <home> & "co"; -- 🏠', 'Europe/Berlin', 1);
INSERT INTO public.places VALUES (11, 'favourite', 'cust-1', 'loc-1', 'Zoë''s <home> & "co"; -- 🏠', 'Europe/Berlin', 1);

INSERT INTO public.settings VALUES (11, 'timezone', 'Europe/Berlin');
INSERT INTO public.settings VALUES (-1001234567890, 'language', 'de');

INSERT INTO public.vault VALUES ('canary', 'gAAAAABrAz8UVp2EytBPMK2jMOj1xkDjVRuwVW0dqevqnccoSJz4punwh9hDPaPYSXv7hXV5mEJ78grNx9ph8VOV-CRFNBTuRQ==');

SELECT pg_catalog.setval('public.audit_id_seq', 1, true);

ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkey PRIMARY KEY (version_num);

ALTER TABLE ONLY public.audit
    ADD CONSTRAINT audit_once_key UNIQUE (once);

ALTER TABLE ONLY public.audit
    ADD CONSTRAINT audit_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.chats
    ADD CONSTRAINT chats_pkey PRIMARY KEY (chat_id);

ALTER TABLE ONLY public.chosen
    ADD CONSTRAINT chosen_pkey PRIMARY KEY (chat_id, thread_id);

ALTER TABLE ONLY public.credentials
    ADD CONSTRAINT credentials_pkey PRIMARY KEY (owner);

ALTER TABLE ONLY public.drafts
    ADD CONSTRAINT drafts_pkey PRIMARY KEY (user_id, chat_id);

ALTER TABLE ONLY public.joins
    ADD CONSTRAINT joins_pkey PRIMARY KEY (user_id);

ALTER TABLE ONLY public.people
    ADD CONSTRAINT people_pkey PRIMARY KEY (user_id);

ALTER TABLE ONLY public.places
    ADD CONSTRAINT places_pkey PRIMARY KEY (user_id, shelf, customer_id, location_id);

ALTER TABLE ONLY public.settings
    ADD CONSTRAINT settings_pkey PRIMARY KEY (scope, name);

ALTER TABLE ONLY public.vault
    ADD CONSTRAINT vault_pkey PRIMARY KEY (name);

CREATE INDEX ix_audit_at ON public.audit USING btree (at);

CREATE INDEX ix_audit_user_id ON public.audit USING btree (user_id);
