"""The bundled detector's making: label real frames, train a narrow network, export, quantise, judge, write the card."""
