import { execFileSync } from 'node:child_process';
import { promisify } from 'node:util';
import { FunctionRunnerServiceService, RunFunctionRequest, RunFunctionResponse } from '@crossplane-org/function-sdk-typescript';
import { Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData } from '@grpc/grpc-js';
import { onTestFinished } from 'vitest';

/** Protobuf's messages as Python has them, as far as a short script can tell: fields are attributes, and a missing key is made. */
const harness = `
import json, sys

class Message(dict):
    __getattr__ = lambda self, key: self[key]
    __setattr__ = dict.__setitem__
    def __missing__(self, key):
        return self.setdefault(key, Message())

request = json.load(sys.stdin, object_hook=Message)
response = Message(meta={}, desired=request.desired)
scope = {}
exec(request.input.script, scope)
scope["compose"](request, response)
json.dump(response, sys.stdout)
`;

/** Stands in for the package function-python, whose image cannot be pulled everywhere: runs the input's script in the Python that is here. */
export async function serveFunctionPython(): Promise<string> {
  const server = new Server();
  server.addService(FunctionRunnerServiceService, {
    runFunction({ request }: ServerUnaryCall<RunFunctionRequest, RunFunctionResponse>, answer: sendUnaryData<RunFunctionResponse>) {
      try {
        const input = JSON.stringify(RunFunctionRequest.toJSON(request));
        answer(null, RunFunctionResponse.fromJSON(JSON.parse(execFileSync('python3', ['-c', harness], { input, encoding: 'utf8' }))));
      } catch (error) {
        answer(error as Error);
      }
    },
  });
  const bind = promisify(server.bindAsync.bind(server));
  const port = await bind('localhost:0', ServerCredentials.createInsecure());
  onTestFinished(() => server.forceShutdown());
  return `localhost:${port}`;
}
