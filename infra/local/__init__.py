"""The product on one machine: local AWS, the functions' own binaries, the gateway, and the commands around them."""
