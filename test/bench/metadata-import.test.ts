import { expect, it } from 'vitest';
import { createMetadataReader } from '../../src/directory/connections/metadata-reader.ts';
import { makeAggregate, measureMetadataImport } from './metadata-import.ts';

it('measures the import of an aggregate', async () => {
  const figures = await measureMetadataImport({ quick: true });
  expect(figures.providers).toBeGreaterThan(400);
  expect(figures.memory_mb).toBeLessThan(200);
});

// Fails when a document is read by the thread that answers requests: that takes half a second and more.
it('holds up nobody while 10 MB are read', async () => {
  const { document, count } = await makeAggregate(10 * 1024 * 1024);
  const before = process.threadCpuUsage();
  const { providers } = await createMetadataReader().readAll(document);
  const { user } = process.threadCpuUsage(before);
  expect(providers).toHaveLength(count);
  expect(user / 1000).toBeLessThan(250);
});
