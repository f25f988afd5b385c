"""The encoder that ships, trained on people talking: `make train-encoder`."""
