"""An agent of AutoGen behind HTTP, traced by MLflow's Python client, which takes a trace from its caller or begins one itself.

POST /continue  answers in the trace that the request's headers name.
POST /begin     answers in a trace of its own, and its tool asks the service at ASK_URL, which gets that trace.
"""

import asyncio
import json
import os
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.request import Request, urlopen

import mlflow
from autogen_agentchat.agents import AssistantAgent
from autogen_ext.models.openai import OpenAIChatCompletionClient
from mlflow.entities import SpanType
from mlflow.entities.trace_location import MlflowExperimentLocation
from mlflow.tracing import (
    get_tracing_context_headers_for_http_request,
    set_tracing_context_from_http_request_headers,
)

# The tracing part of MLflow alone does not read MLFLOW_EXPERIMENT_ID.
mlflow.tracing.set_destination(MlflowExperimentLocation(experiment_id=os.environ["EXPERIMENT_ID"]))
mlflow.autogen.autolog()


@mlflow.trace(span_type=SpanType.TOOL)
async def look_up(item: str) -> str:
    """Looks up how much there is of an item."""
    return f"{len(item)} boxes of {item}"


@mlflow.trace(span_type=SpanType.TOOL)
async def ask_desk(item: str) -> str:
    """Asks the desk for an item."""
    headers = get_tracing_context_headers_for_http_request()
    request = Request(f"{os.environ['ASK_URL']}/{item}", headers=headers)
    with urlopen(request) as answer:
        return answer.read().decode()


def run_agent(tool, task):
    async def run():
        model = OpenAIChatCompletionClient(
            model="gpt-4o-mini-2024-07-18", base_url=os.environ["MODEL_URL"], api_key="sk-test"
        )
        agent = AssistantAgent("clerk", model, tools=[tool], reflect_on_tool_use=True)
        result = await agent.run(task=task)
        return result.messages[-1].content

    return asyncio.run(run())


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        task = self.rfile.read(int(self.headers["content-length"])).decode()
        if self.path == "/continue":
            with set_tracing_context_from_http_request_headers(dict(self.headers)):
                answer = {"text": run_agent(look_up, task)}
        else:
            text = run_agent(ask_desk, task)
            answer = {"text": text, "traceId": mlflow.get_last_active_trace_id()}
        mlflow.flush_trace_async_logging()
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = HTTPServer(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
