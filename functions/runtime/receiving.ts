import { ResponderBuilder, ServerInterceptingCall, type ServerInterceptor, ServerListenerBuilder, status } from '@grpc/grpc-js';

/**
 * Lets so many calls send their message at a time, each for so long; of those that wait, no more than HTTP/2's window is held.
 * Calls are answered one after the other, so none is answered later for it.
 */
export function limitReceiving(calls: number, milliseconds: number): ServerInterceptor {
  const waiting = new Set<() => void>();
  let free = calls;
  const admit = () => {
    const [first] = waiting;
    if (first === undefined || free === 0) return;
    waiting.delete(first);
    free -= 1;
    first();
  };
  return (_method, call) => {
    let begin = () => {};
    let deadline: NodeJS.Timeout | undefined;
    const end = () => {
      if (waiting.delete(begin) || deadline === undefined) return;
      clearTimeout(deadline);
      deadline = undefined;
      free += 1;
      admit();
    };
    const listener = new ServerListenerBuilder()
      .withOnReceiveMetadata((metadata, next) => {
        begin = () => {
          const details = `the request was not sent within ${milliseconds / 1000} seconds`;
          deadline = setTimeout(() => call.sendStatus({ code: status.DEADLINE_EXCEEDED, details }), milliseconds);
          next(metadata);
        };
        waiting.add(begin);
        admit();
      })
      .withOnReceiveHalfClose((next) => {
        // The call is answered meanwhile.
        next();
        end();
      })
      .withOnCancel(end)
      .build();
    return new ServerInterceptingCall(call, new ResponderBuilder().withStart((next) => next(listener)).build());
  };
}
