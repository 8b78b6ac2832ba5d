/** A moment as Kubernetes writes one: RFC 3339 in UTC, to the second. */
export const timeText = (milliseconds: number) => new Date(milliseconds).toISOString().replace(/\.\d{3}Z$/, 'Z');
