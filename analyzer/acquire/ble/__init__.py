"""Sensors over Bluetooth Low Energy: the only room that knows the radio."""
