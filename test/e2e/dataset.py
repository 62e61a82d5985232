"""Puts all traces of an experiment into an evaluation dataset, and writes the inputs of its records as JSON."""

import json
import sys

import mlflow
from mlflow.genai.datasets import create_dataset

url, experiment_id = sys.argv[1:]
mlflow.set_tracking_uri(url)
dataset = create_dataset(name=f"dataset of {experiment_id}", experiment_id=experiment_id)
dataset.merge_records(mlflow.search_traces(locations=[experiment_id], return_type="list"))
print(json.dumps([record["inputs"] for record in dataset.to_df().to_dict("records")]))
