/** Files of the site. */

import type { Failure } from './protocol';

/** A file of the site, or what the host says instead. */
export async function fetched(url: string): Promise<Response> {
  const answer = await fetch(new URL(url, import.meta.url));
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${answer.statusText}`);
  return answer;
}

/** A file did not come, or something else in its place; what is open goes on. */
export class NotBrought extends Error implements Failure {
  readonly code = 'unsupported';
  readonly en: string;
  readonly ko: string;

  /** `problem` is whatever was thrown. */
  constructor(problem: unknown) {
    const words = problem instanceof Error ? problem.message : String(problem);
    super(words);
    this.en = `A part of this page could not be loaded (${words}). Check the connection and try again.`;
    this.ko = `페이지의 일부를 불러오지 못했습니다(${words}). 연결을 확인하고 다시 시도해 주세요.`;
  }
}
