"""What a person does in the browser, through CloudFront's local address; all on one stack."""
