import { oneLine } from '../../core/problem.ts';

/** More of a provider's message is never looked at, so that a huge one costs nothing. */
const longestRead = 4000;
const longestLine = 1000;

type Replacement = readonly [pattern: RegExp, by: string];

const secretWord = '(?:secret|token|credentials?|signature|(?:api|access|private)[_-]?key(?:[_-]?id)?)';

/** A value that must not be passed on, whatever the message says around it. */
const secrets: readonly Replacement[] = [
  [/-----BEGIN[\s\S]*?(?:-----END[^-]*-----|$)/g, '***'],
  [/(\b[a-z][a-z0-9+.-]{0,20}:\/\/)[^\s"']*@/gi, '$1***@'],
  [/\b(authorization"?\s*[:=]\s*"?)[^"\n]*/gi, '$1***'],
  [/\b(bearer)\s+\S+/gi, '$1 ***'],
  [/\beyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?/g, '***'],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{12,}/g, '***'],
  [/(\bpassword\s+)'(?:[^']|'')*'?/gi, "$1'***'"],
  [/((?:password|passwd|pwd|passphrase)\\?["']?\s*[:=]\s*)(?:\\?"[^"]*"?|'[^']*'?|\S+)/gi, '$1***'],
  [new RegExp(`(${secretWord}\\\\?["']?\\s*=\\s*)(?:\\\\?"[^"]*"?|'[^']*'?|\\S+)`, 'gi'), '$1***'],
  // After a colon, as in `ExpiredToken: The security token …`, short words are prose.
  [new RegExp(`(${secretWord}\\\\?["']?\\s*:\\s*)(?:\\\\?"[^"]*"?|'[^']*'?|(?!\\w+:\\s)[^\\s"']{12,})`, 'gi'), '$1***'],
  // An AWS secret access key by itself; a checksum of that length has no upper-case letters.
  [/(?<![\w/+=])(?=[a-z0-9/+]*[A-Z])(?=[A-Z0-9/+]*[a-z])(?=[A-Za-z/+]*[0-9])[\w/+]{40}(?![\w/+=])/g, '***'],
];

/** What differs between two attempts that fail for the same reason; a condition that carried it would change on every attempt. */
const varying: readonly Replacement[] = [
  // aws-sdk-go-v2: `operation error RDS: CreateDBInstance, https response error StatusCode: 400, RequestID: …, HostID: …, api error …`
  [/,? https response error StatusCode: \d+(?:, RequestID: [^,\n]*)?(?:, HostID: [^,\n]*)?,/g, ','],
  // aws-sdk-go v1: a line of its own, `status code: 400, request id: …, host id: …`
  [/\s*\bstatus code: \d+, request id: [^,\s]*(?:, host id: \S*)?/gi, ''],
  [/\s*\(Service: [^()]*\)/g, ''],
  [/\s*\(SDK Attempt Count: \d+\)/g, ''],
  [/\s*\bEncoded authorization failure message: \S+/g, ''],
  [/,?\s*\b(?:x-amzn?-)?(?:request|host|correlation|trace|invocation)[ _-]?(?:id|token)\\?["']?\s*[:=]\s*\\?["']?[^\s,;"')}\]]+/gi, ''],
  // The last part of `arn:aws:sts::111122223333:assumed-role/ROLE/SESSION` is new in each session.
  [/(\bassumed-role\/[^/\s]+)\/[^\s,;"')]+/g, '$1'],
  // The client's own port, in `read tcp 10.0.0.1:41234->10.0.0.2:5432: i/o timeout`.
  [/(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:]+\]):\d+->/gi, ''],
  [/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?: ?(?:Z|[+-]\d\d:?\d\d))?(?: [A-Z]{2,5}\b)?(?: m=[+-][\d.]+)?/g, '…'],
  [/\d{8}T\d{6}Z/g, '…'],
  [/\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{1,2} \w{3} \d{4} \d\d:\d\d:\d\d \w+/g, '…'],
  [/\b0x[0-9a-f]{4,}/gi, '…'],
  // A bare UUID; one that is a part of an ARN or a path names something.
  [/(?<![\w/:.-])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![\w-])/gi, '…'],
  [/(?<![\w.:/-])(?:\d+(?:\.\d+)?(?:h|m|s|ms|us|µs|ns))+(?![\w-])/g, '…'],
];

/** What crossplane-runtime and upjet put around the error itself; one failure shows in two conditions, wrapped differently. */
const wrapping: readonly Replacement[] = [
  [/^(?:connect|observe|create|update|delete) failed: /g, ''],
  [/^async (?:create|update|delete) failed: /g, ''],
  [/^failed to (?:observe|create|update|delete) the resource: /g, ''],
  [/^cannot initialize the Terraform [\w ]*external client: /g, ''],
  [/^\[\{\d /g, ''],
  [/\s*\[\]\} \{\d /g, '; '],
  [/\s*\[\]\}\]/g, ''],
];

const replaced = (text: string, replacements: readonly Replacement[]) =>
  replacements.reduce((current, [pattern, by]) => current.replaceAll(pattern, by), text);

/** Cuts a line that is too long for a condition in its middle: it begins with what was tried, and ends with why that failed. */
export function cut(line: string, longest = longestLine): string {
  const begin = Math.floor(longest / 4);
  return line.length <= longest ? line : `${line.slice(0, begin)}…${line.slice(begin - longest)}`;
}

/**
 * A provider's message on one line, without secret values, without what differs from attempt to attempt, and without the
 * words of the runtimes that passed it on.
 */
export function essence(message: string): string {
  // A word that is cut in two could be a secret that no longer looks like one.
  const read = message.length <= longestRead ? message : message.slice(0, longestRead).replace(/\S*$/, '');
  return oneLine(replaced(oneLine(replaced(oneLine(replaced(read, secrets)), varying)), wrapping));
}
