/** Files that may be gzipped, unpacked by the browser. */

/** Most bytes that a file may hold once unpacked: more than any reader of the WebAssembly module accepts. */
const MOST_BYTES = 257 * 2 ** 20;

/** The contents of a file; a stream that is damaged, or too long, as it is, for a reader to refuse. */
export async function unpacked(file: Blob): Promise<Uint8Array> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  try {
    const reader = file.stream().pipeThrough(new DecompressionStream('gzip')).getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      parts.push(part.value);
      size += part.value.byteLength;
      if (size > MOST_BYTES) {
        await reader.cancel();
        return bytes;
      }
    }
  } catch {
    return bytes;
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}
