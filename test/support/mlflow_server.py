"""Runs MLflow's own ASGI application in one process and prints its port as JSON once it answers.

Ends by itself when stdin closes, so that it never outlives the test process that started it.
"""

import json
import os
import sys
import threading

import uvicorn


def end_with_parent():
    sys.stdin.buffer.read()
    os._exit(0)


class Server(uvicorn.Server):
    async def startup(self, sockets=None):
        await super().startup(sockets=sockets)
        if self.started:
            port = self.servers[0].sockets[0].getsockname()[1]
            print(json.dumps({"port": port}), flush=True)


if __name__ == "__main__":
    threading.Thread(target=end_with_parent, daemon=True).start()
    Server(
        uvicorn.Config(
            "mlflow.server.fastapi_app:app",
            host="127.0.0.1",
            port=int(sys.argv[1]),
            workers=1,
            log_level="warning",
        )
    ).run()
