"""What services need of the outside world, as Protocols; storage, engines and intake implement them."""
