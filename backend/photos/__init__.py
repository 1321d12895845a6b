"""Photos that members send to the office: a meter, a line on the ground."""
