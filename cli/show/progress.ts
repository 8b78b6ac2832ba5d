const patienceMilliseconds = 2000;
const intervalMilliseconds = 100;

export interface Sink {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** One line on a terminal that says what goes on, once it has gone on for two seconds. */
export interface Progress {
  say(line: string): void;
  end(): void;
}

export function progressOn(sink: Sink, now: () => number = Date.now): Progress {
  if (sink.isTTY !== true) return { say() {}, end() {} };
  const start = now();
  let current = '';
  let shownAt = Number.NEGATIVE_INFINITY;
  const show = () => {
    if (now() - start < patienceMilliseconds || now() - shownAt < intervalMilliseconds) return;
    shownAt = now();
    sink.write(`\r\u001b[K${current}`);
  };
  // Shows the line also while nothing is reported, as when the cluster does not answer.
  const timer = setInterval(show, intervalMilliseconds * 5);
  return {
    say(line) {
      current = line;
      show();
    },
    end() {
      clearInterval(timer);
      if (Number.isFinite(shownAt)) sink.write('\r\u001b[K');
    },
  };
}
