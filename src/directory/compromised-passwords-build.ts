/**
 * Builds the file of `compromised-passwords-file.ts` from a published list: lines `<SHA-1>:<count>`, as the Pwned
 * Passwords downloader writes them.
 *
 * Of whatever size, in constant memory. A list that is ordered by hash, which is how it is published, is copied through;
 * one that is not is sorted in runs that are merged. What is there under the name of the file is replaced at the end, in
 * one step. Called by `cli/`.
 */
import { createHash } from 'node:crypto';
import { closeSync, createReadStream, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';
import {
  entryBytes,
  type FileHeader,
  headerBytes,
  PasswordFileError,
  writeHeader,
} from './compromised-passwords-file.ts';

export interface BuildOptions {
  from: string;
  to: string;
  /** Milliseconds since the epoch. */
  now: number;
  /** Entries sorted at once, 8 bytes each. */
  runEntries?: number;
}

/** Throws `PasswordFileError` with the line that is none, or what the file system throws; nothing is left then. */
export async function buildCompromisedPasswordsFile({
  from,
  to,
  now,
  runEntries = 8_000_000,
}: BuildOptions): Promise<FileHeader> {
  const runs: string[] = [];
  const newRun = (): EntryWriter => {
    const path = `${to}.run${runs.length}`;
    runs.push(path);
    return createEntryWriter(path);
  };
  const part = `${to}.part`;
  try {
    // The first run takes entries for as long as they come in order; the others take what comes afterwards, sorted.
    let ordered: EntryWriter | undefined = newRun();
    const unordered = new BigUint64Array(runEntries);
    let waiting = 0;
    const flush = (): void => {
      const writer = newRun();
      for (const entry of unordered.subarray(0, waiting).sort()) writer.add(entry);
      writer.close();
      waiting = 0;
    };
    for await (const entries of readList(from)) {
      for (const entry of entries) {
        if (ordered) {
          if (entry >= ordered.last) {
            ordered.add(entry);
            continue;
          }
          ordered.close();
          ordered = undefined;
        }
        unordered[waiting++] = entry;
        if (waiting === runEntries) flush();
      }
    }
    ordered?.close();
    if (waiting > 0) flush();

    const out = createEntryWriter(part, headerBytes);
    for (const entry of merge(runs)) out.add(entry);
    const header = { count: out.count, builtAt: now, sha256: out.sha256() };
    if (header.count === 0) throw new PasswordFileError(`${from} holds no password hashes`);
    out.finish(writeHeader(header));
    renameSync(part, to);
    return header;
  } finally {
    for (const path of [...runs, part]) rmSync(path, { force: true });
  }
}

interface EntryWriter {
  readonly last: bigint;
  readonly count: number;
  /** Not less than the one before; the same again is left out. */
  add(entry: bigint): void;
  sha256(): string;
  /** Writes what stands before the entries, and closes. */
  finish(before: Buffer): void;
  close(): void;
}

function createEntryWriter(path: string, start = 0): EntryWriter {
  const fd = openSync(path, 'w', 0o600);
  const sum = createHash('sha256');
  const buffer = Buffer.alloc(65_536);
  let [filled, position, count, last] = [0, start, 0, -1n];
  const flush = (): void => {
    const bytes = buffer.subarray(0, filled);
    sum.update(bytes);
    writeSync(fd, bytes, 0, filled, position);
    position += filled;
    filled = 0;
  };
  return {
    get last() {
      return last;
    },
    get count() {
      return count;
    },
    add(entry) {
      if (entry === last) return;
      buffer.writeBigUInt64BE(entry, filled);
      filled += entryBytes;
      count++;
      last = entry;
      if (filled === buffer.length) flush();
    },
    sha256() {
      flush();
      return sum.digest('hex');
    },
    finish(before) {
      writeSync(fd, before, 0, before.length, 0);
      closeSync(fd);
    },
    close() {
      flush();
      closeSync(fd);
    },
  };
}

/** The first 8 bytes of each hash, many at a time: a step of an async generator costs as much as the line itself. */
async function* readList(path: string): AsyncGenerator<bigint[]> {
  let rest: Buffer = Buffer.alloc(0);
  let line = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const entries: bigint[] = [];
    let start = 0;
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
      const entry = entryOf(bytes.toString('latin1', start, end), ++line, path);
      if (entry !== undefined) entries.push(entry);
      start = end + 1;
    }
    yield entries;
    rest = bytes.subarray(start);
    if (rest.length > 4096) throw new PasswordFileError(`${path} is no list of lines (line ${line + 1})`);
  }
  const entry = entryOf(rest.toString('latin1'), line + 1, path);
  if (entry !== undefined) yield [entry];
}

/** Undefined for an empty line. */
function entryOf(text: string, line: number, path: string): bigint | undefined {
  if (text === '' || text === '\r') return undefined;
  if (!/^[0-9A-Fa-f]{40}(:\d+)?\r?$/.test(text))
    throw new PasswordFileError(`${path}, line ${line}: not "<SHA-1 in hexadecimal>:<count>"`);
  return BigInt(`0x${text.slice(0, entryBytes * 2)}`);
}

/** All entries of sorted runs, in order: a heap of the runs by the entry that each has next. */
function* merge(paths: readonly string[]): Generator<bigint> {
  const heap: { next: bigint; rest: Iterator<bigint> }[] = [];
  const sink = (index: number): void => {
    for (;;) {
      let least = index;
      for (const child of [2 * index + 1, 2 * index + 2])
        if (child < heap.length && heap[child]!.next < heap[least]!.next) least = child;
      if (least === index) return;
      [heap[index], heap[least]] = [heap[least]!, heap[index]!];
      index = least;
    }
  };
  for (const path of paths) {
    const rest = readRun(path);
    const first = rest.next();
    if (!first.done) heap.push({ next: first.value, rest });
  }
  for (let index = heap.length >> 1; index >= 0; index--) sink(index);
  while (heap.length > 0) {
    const top = heap[0]!;
    yield top.next;
    const following = top.rest.next();
    if (!following.done) top.next = following.value;
    else {
      const end = heap.pop()!;
      if (heap.length > 0) heap[0] = end;
    }
    if (heap.length > 0) sink(0);
  }
}

function* readRun(path: string): Generator<bigint> {
  const fd = openSync(path, 'r');
  const buffer = Buffer.alloc(65_536);
  try {
    for (let read = readSync(fd, buffer); read > 0; read = readSync(fd, buffer))
      for (let at = 0; at < read; at += entryBytes) yield buffer.readBigUInt64BE(at);
  } finally {
    closeSync(fd);
  }
}
