"""Reads one trace with MLflow's own Python client and prints it as JSON: what a Python user would see."""

import json
import sys

import mlflow


def span(each):
    return {
        "name": each.name,
        "spanId": each.span_id,
        "parentId": each.parent_id,
        "spanType": each.span_type,
        "inputs": each.inputs,
        "outputs": each.outputs,
        "status": {"code": each.status.status_code.value, "description": each.status.description},
        "startTimeNs": str(each.start_time_ns),
        "endTimeNs": str(each.end_time_ns),
        "attributes": each.attributes,
        "events": [
            {"name": event.name, "timestamp": str(event.timestamp), "attributes": event.attributes}
            for event in each.events
        ],
        "links": [
            {"traceId": link.trace_id, "spanId": link.span_id, "attributes": link.attributes}
            for link in (getattr(each, "links", None) or [])
        ],
    }


if __name__ == "__main__":
    mlflow.set_tracking_uri(sys.argv[1])
    trace = mlflow.get_trace(sys.argv[2])
    if trace is None:
        sys.exit(f"mlflow.get_trace({sys.argv[2]!r}) gave None")
    info = trace.info
    json.dump(
        {
            "info": {
                "traceId": info.trace_id,
                "experimentId": info.experiment_id,
                "state": info.state.value,
                "requestTime": info.request_time,
                "executionDuration": info.execution_duration,
                "clientRequestId": info.client_request_id,
                "requestPreview": info.request_preview,
                "responsePreview": info.response_preview,
                "metadata": info.trace_metadata,
                "tags": info.tags,
                "tokenUsage": info.token_usage,
                "assessments": [each.to_dictionary() for each in info.assessments],
            },
            "spans": [span(each) for each in trace.data.spans],
        },
        sys.stdout,
        default=str,
    )
