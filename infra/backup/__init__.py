"""Leaving with everything, and coming back: `make export` and `make restore`, of the local product or a stack on AWS.

A backup is a directory: `tables/` has every item as DynamoDB has it, `files/` the files of the bucket, `csv/` the same data
for another system to read, and `manifest.json`, written last, says what belongs to it and what each file's checksum is.
"""
