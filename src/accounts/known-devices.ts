/**
 * Browsers in which somebody has signed in completely before: their tries of a password are counted by themselves, so
 * that a stranger who uses up a name's tries keeps the person out nowhere but in a browser that is new (SECURITY ID-03).
 *
 * Owns the cookie. It opens nothing: whoever steals it may try as many passwords as anybody else.
 */
import type { Request, Response } from 'express';
import { normalizeEmail } from '../core/email-address.ts';
import { hashOfToken, randomToken } from '../core/random.ts';
import { type CookieSigner, readCookie } from '../http/cookies.ts';
import type { Responder } from '../http/respond.ts';

export interface KnownDevices {
  /** The device's id when this person has signed in with it. */
  find(request: Request, email: string): string | undefined;
  remember(request: Request, response: Response, email: string): void;
}

const lifetime = 180 * 86_400_000;
/** A shared computer. */
const people = 5;

/** `name`: of the cookie; its value is `<device id>.<hash of an address>.<…>`, signed. */
export function createKnownDevices(needs: {
  name: string;
  signer: CookieSigner;
  responder: Pick<Responder, 'setCookie'>;
}): KnownDevices {
  const { name, signer, responder } = needs;
  const read = (request: Request): string[] => signer.open(name, readCookie(request, name))?.split('.') ?? [];
  const markOf = (email: string) => hashOfToken(`known device ${normalizeEmail(email) ?? ''}`).slice(0, 22);

  return {
    find(request, email) {
      const [id, ...marks] = read(request);
      return id !== undefined && normalizeEmail(email) !== undefined && marks.includes(markOf(email)) ? id : undefined;
    },
    remember(request, response, email) {
      const [id = randomToken(16), ...marks] = read(request);
      const others = marks.filter((mark) => mark !== markOf(email)).slice(0, people - 1);
      const value = signer.sign(name, [id, markOf(email), ...others].join('.'));
      responder.setCookie(response, { name, value, maxAge: lifetime });
    },
  };
}
