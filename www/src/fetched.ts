/** A file of the site, or what the host says instead. */
export async function fetched(url: string): Promise<Response> {
  const answer = await fetch(new URL(url, import.meta.url));
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${answer.statusText}`);
  return answer;
}
