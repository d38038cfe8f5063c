/** What a route of the API is: its rule in the table, and the handler that the rule's types ask for. Types only. */
import type { Request, Response } from 'express';
import type { z } from 'zod';
import type { Membership } from '../directory/memberships.ts';
import type { Organization } from '../directory/organizations.ts';
import type { Access, Needs } from '../directory/permissions.ts';
import type { SecureClient } from '../directory/secure-clients.ts';
import type { SessionState } from '../sessions/sessions.ts';
import type { Act } from '../system-log/events.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
/** Method and path as the API host has it; `{name}` stands for a segment. */
export type RouteName = `${Method} /${string}`;

/** `public`: nobody need say who they are. `caller`: anybody who does, without an organization. */
export type ApiNeeds = Needs | 'public' | 'caller';

export interface ApiRule {
  needs: ApiNeeds;
  tag: string;
  /** Unique; what client generators call it. */
  id: string;
  summary: string;
  /** More, for the document. */
  description?: string;
  /** Strict: a parameter that is not in it is an error (CON-09). */
  query?: z.ZodObject;
  /** JSON unless `form`. Strict. */
  body?: z.ZodType;
  /** `application/x-www-form-urlencoded`, read and answered by the handler itself (RFC 6749). */
  form?: z.ZodType;
  /** Of the body; absent: 204. */
  answer?: z.ZodType;
  status?: 200 | 201 | 202;
  /** A page of a list: `limit` and `cursor` are added to the query, `next` and `Link` to the answer. */
  paged?: true;
  /** Creation: takes `Idempotency-Key`. */
  creates?: true;
  /** Change of what has a version: `If-Match` is compulsory, so that nobody undoes what they have not seen (CON-13). */
  matches?: true;
  /** Not for secure clients: a stolen one must not leave behind what outlives it. */
  persons?: true;
  /**
   * What gives full access is refused from secure clients, for the same reason: a body with an `access` that is full; of
   * connections the handler knows whether they sign administrators in.
   */
  fullAccessByPersons?: true;
  /** Of persons: only after a fresh proof of who they are (CON-15). */
  sensitive?: true;
  /** Parameters in any case, unknown ones passed over: the vendor's collectors bring their own. */
  queryAsVendor?: true;
  /** The organization is named by the header `Citrix-CustomerId` (LOG-4) instead of the path. */
  organizationHeader?: true;
}

/** Who calls. */
export type Caller =
  | { kind: 'person'; state: SessionState; memberships: readonly Membership[]; csrfToken: string }
  | { kind: 'client'; client: SecureClient; access: Access; administratorIds: readonly string[] };

interface Input<Rule extends ApiRule> {
  request: Request;
  response: Response;
  now: number;
  params: Readonly<Record<string, string>>;
  query: Rule['query'] extends z.ZodType ? z.output<Rule['query']> : Readonly<Record<never, never>>;
  body: Rule['body'] extends z.ZodType ? z.output<Rule['body']> : undefined;
  /** Of a list: how many, and after which key. */
  page: { limit: number; after: readonly (string | number)[] | undefined };
  /** ETags of `If-Match`, in their quotes; `*` matches anything that is there. Empty where the rule does not ask for them. */
  matches: readonly string[];
}

/** A call of somebody who may, in the organization that they may do it in. */
export interface OrganizationCall {
  caller: Caller;
  organization: Organization;
  access: Access;
  /** Rows that the access comes from. */
  administratorIds: readonly string[];
  act: Act;
}

/** By what a rule needs. */
export type Call<Rule extends ApiRule> = Input<Rule> &
  (Rule['needs'] extends 'public' ? unknown : Rule['needs'] extends 'caller' ? { caller: Caller } : OrganizationCall);

/** `last`: key of the page's last item, where there are more after it. */
export interface Answer<Rule extends ApiRule> {
  body?: Rule['answer'] extends z.ZodType
    ? Rule['paged'] extends true
      ? Omit<z.output<Rule['answer']>, 'next'>
      : z.output<Rule['answer']>
    : undefined;
  /** Without quotes. Made from the body where it is absent. */
  etag?: string;
  /** Of what was created: path on the API host. */
  location?: string;
  last?: readonly (string | number)[] | undefined;
}

export type ApiHandler<Rule extends ApiRule> = (call: Call<Rule>) => Promise<Answer<Rule>>;
