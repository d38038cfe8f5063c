/** What a simulated upstream is told (people, clients, faults), what it gives back, and what a vendor adds to it. */
import type { Misbehaviour } from './misbehaviour.ts';
import type { Brand } from './sign-in-page.ts';
import type { Json } from './signing.ts';

export interface SimulatedUser {
  username: string;
  password: string;
  /** The upstream's immutable identifier. */
  subject: string;
  /** Claims of the ID token (Okta, NetScaler) beyond the protocol's own. */
  claims?: Json;
  /** Microsoft Graph's `/me` (Entra). */
  graph?: Json;
  /** Object ids (Entra). */
  groups?: readonly string[];
  /** Where the person is at home (Entra); the simulator's own tenant unless given. */
  tenantId?: string;
  /** Template ids of directory roles (Entra). */
  roles?: readonly string[];
}

export interface SimulatedClient {
  clientId: string;
  clientSecret: string;
  /** PEM: `private_key_jwt` with this one is accepted too. */
  certificate?: string;
  redirectUris: readonly string[];
  postLogoutRedirectUris?: readonly string[];
}

export interface SimulatorOptions {
  /** 0 or absent: any free port. */
  port?: number;
  host?: string;
  /** What the documents say and browsers use; default `http://<host>:<port>`. */
  publicUrl?: string;
  users: readonly SimulatedUser[];
  clients: readonly SimulatedClient[];
  /** Milliseconds. */
  clock?: { now(): number };
  misbehave?: readonly Misbehaviour[];
  /** False: `login_hint`, or the first user, is signed in at once. Default true. */
  loginPage?: boolean;
  /** Send `iss` in the answer to the browser (RFC 9207), and say so in discovery. Default false. */
  responseIssuer?: boolean;
}

export interface SimulatedRequest {
  method: string;
  path: string;
  query: Readonly<Record<string, string>>;
  form: Readonly<Record<string, string>>;
  headers: Readonly<Record<string, string>>;
}

export interface Simulator {
  url: string;
  issuer: string;
  /** The newest thousand. */
  requests: SimulatedRequest[];
  misbehaveNext(kind: Misbehaviour): void;
  /** A new signing key; the old one is no longer published. */
  rotateKeys(): Promise<void>;
  close(): Promise<void>;
}

/** What a vendor adds to the common provider. Paths are absolute within the server. */
export interface Vendor {
  brand: Brand;
  issuer(url: string): string;
  /** Where each person's tenant has an issuer of its own (Entra). */
  issuerOf?(user: SimulatedUser, url: string): string;
  /** Another way to write a path of `paths` (Entra's `organizations`). */
  pathOf?(path: string): string;
  /** Whether this client may have a token for itself (client credentials). */
  mayActAlone?(clientId: string): boolean;
  /** As written into the discovery document, where that differs (Entra's template). */
  documentIssuer?(url: string): string;
  paths: { document: string; authorize: string; token: string; keys: string; userinfo: string; logout: string };
  /** Fields of the discovery document beyond the endpoints. */
  document: Json;
  idTokenClaims(user: SimulatedUser, ground: { authTime: number }): Json;
  userinfoClaims(user: SimulatedUser): Json;
  namesKeys?: boolean;
  sendsAuthTime: boolean;
  /** Anything else: answers true when it did. `user` is who the bearer token belongs to, `application` which client by itself. */
  extra?(
    request: SimulatedRequest & { bearer: string | undefined; application: string | undefined },
    user: SimulatedUser | undefined,
    tools: Tools,
  ): Reply | undefined;
}
export interface Tools {
  url: string;
  takes(kind: Misbehaviour): boolean;
}
export interface Reply {
  status: number;
  body: Json;
  headers?: Record<string, string>;
}
