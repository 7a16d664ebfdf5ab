from fastapi.testclient import TestClient

from app.main import app

client = TestClient(app)


def test_it_says_hello() -> None:
    assert client.get("/api/hello").json() == {"message": "Hello from FastAPI"}


def test_it_is_healthy() -> None:
    assert client.get("/api/health").status_code == 200
