"""What answers over HTTP: the published folder, unsubscribing, health. Starlette and uvicorn stay here."""
