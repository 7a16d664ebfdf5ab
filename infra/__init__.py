"""The Pulumi program: a FastAPI back end and a React front end on AWS."""
