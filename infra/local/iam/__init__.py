"""The policies of template.yaml, enforced by the local AWS: what a function may not do on AWS, it may not do here."""
