/**
 * Compromised passwords in a file of ours: SHA-1 hashes cut to 8 bytes, sorted. Made by `sekisho passwords build`.
 *
 * Format: a header of 128 bytes, then the entries. All numbers are big-endian.
 *
 *     0  8  magic "SEKISHOP"        24  8  when it was built, milliseconds since the epoch
 *     8  4  version: 1              32 32  SHA-256 of all entries
 *    12  4  bytes of an entry: 8    64 64  zero
 *    16  8  number of entries
 *
 * An entry is the first 8 bytes of a password's SHA-1; each is greater than the one before. Among 10^9 entries a
 * password that is in no list is taken for one with a probability of 10^9 / 2^64, one in 18 thousand million.
 *
 * Hashes are spread evenly, so where one must stand is computed and not searched for: two or three reads of a page,
 * whatever the size of the file. The reads are synchronous on purpose: they take microseconds, while an asynchronous
 * one would wait in the thread pool behind whatever passwords are being hashed there.
 */
import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { CompromisedHashes } from './compromised-passwords.ts';

export const headerBytes = 128;
export const entryBytes = 8;
const magic = 'SEKISHOP';
const version = 1;
/** Read at once: as many entries as a page of the file system has. */
const pageEntries = 512;

export interface FileHeader {
  count: number;
  builtAt: number;
  /** Of the entries, hexadecimal. */
  sha256: string;
}

/** It is not such a file, or not whole. The text says what is wrong. */
export class PasswordFileError extends Error {}

export interface CompromisedPasswordsFile extends CompromisedHashes {
  header: FileHeader;
  has(sha1: string): boolean;
  /** Reads everything: whether it is what was built. Throws `PasswordFileError`. */
  verify(): void;
  close(): void;
}

/** Throws `PasswordFileError`, or what the file system throws. */
export function openCompromisedPasswordsFile(path: string): CompromisedPasswordsFile {
  const fd = openSync(path, 'r');
  let header: FileHeader;
  try {
    header = readHeader(fd, path);
  } catch (error) {
    closeSync(fd);
    throw error;
  }
  const { count } = header;
  const page = Buffer.alloc(pageEntries * entryBytes);

  /** Reads entries from `first` on; returns how many. */
  function readPage(first: number): number {
    const wanted = Math.min(pageEntries, count - first) * entryBytes;
    let done = 0;
    while (done < wanted) {
      const read = readSync(fd, page, done, wanted - done, headerBytes + first * entryBytes + done);
      if (read === 0) throw new PasswordFileError(`${path} has become shorter`);
      done += read;
    }
    return wanted / entryBytes;
  }

  function has(sha1: string): boolean {
    const wanted = Buffer.from(sha1.slice(0, entryBytes * 2), 'hex');
    const place = wanted.readBigUInt64BE();
    // Entries `low` to `high - 1` may hold it; their values lie between `from` and `to`.
    let [low, high] = [0, count];
    let [from, to] = [0n, 1n << 64n];
    for (let round = 0; low < high; round++) {
      // A list that is not spread evenly (a part of one, say) is halved instead after some misses.
      const share = round < 4 ? Number(((place - from) << 40n) / (to - from)) / 2 ** 40 : 0.5;
      const guess = low + Math.floor(share * (high - low)) - pageEntries / 2;
      const first = Math.max(low, Math.min(guess, high - pageEntries));
      const read = Math.min(readPage(first), high - first);
      const least = page.readBigUInt64BE(0);
      const greatest = page.readBigUInt64BE((read - 1) * entryBytes);
      if (place < least) [high, to] = [first, least];
      else if (place > greatest) [low, from] = [first + read, greatest];
      else return isInPage(wanted, read);
    }
    return false;
  }

  function isInPage(wanted: Buffer, read: number): boolean {
    let [low, high] = [0, read];
    while (low < high) {
      const middle = (low + high) >> 1;
      const order = page.compare(wanted, 0, entryBytes, middle * entryBytes, (middle + 1) * entryBytes);
      if (order === 0) return true;
      if (order < 0) low = middle + 1;
      else high = middle;
    }
    return false;
  }

  function verify(): void {
    const sum = createHash('sha256');
    let last = Buffer.alloc(0);
    for (let first = 0; first < count; ) {
      const read = readPage(first);
      const bytes = page.subarray(0, read * entryBytes);
      sum.update(bytes);
      for (let at = 0; at < bytes.length; at += entryBytes) {
        const entry = bytes.subarray(at, at + entryBytes);
        if (last.length > 0 && last.compare(entry) >= 0) throw new PasswordFileError(`${path} is not in order`);
        last = Buffer.from(entry);
      }
      first += read;
    }
    if (sum.digest('hex') !== header.sha256) throw new PasswordFileError(`${path} has been changed since it was built`);
  }

  return { name: path, header, has, verify, close: () => closeSync(fd) };
}

function readHeader(fd: number, path: string): FileHeader {
  const bytes = Buffer.alloc(headerBytes);
  const read = readSync(fd, bytes, 0, headerBytes, 0);
  if (read < headerBytes || bytes.toString('latin1', 0, 8) !== magic)
    throw new PasswordFileError(`${path} is no list made by "sekisho passwords build"`);
  if (bytes.readUInt32BE(8) !== version || bytes.readUInt32BE(12) !== entryBytes)
    throw new PasswordFileError(`${path} has a format that this version of Sekisho does not know`);
  const count = Number(bytes.readBigUInt64BE(16));
  if (fstatSync(fd).size !== headerBytes + count * entryBytes)
    throw new PasswordFileError(`${path} is not whole: it should hold ${count} entries`);
  return { count, builtAt: Number(bytes.readBigUInt64BE(24)), sha256: bytes.toString('hex', 32, 64) };
}

export function writeHeader({ count, builtAt, sha256 }: FileHeader): Buffer {
  const bytes = Buffer.alloc(headerBytes);
  bytes.write(magic, 0, 'latin1');
  bytes.writeUInt32BE(version, 8);
  bytes.writeUInt32BE(entryBytes, 12);
  bytes.writeBigUInt64BE(BigInt(count), 16);
  bytes.writeBigUInt64BE(BigInt(builtAt), 24);
  bytes.write(sha256, 32, 'hex');
  return bytes;
}
