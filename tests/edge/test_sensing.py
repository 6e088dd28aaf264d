"""The node's sensors, built from its configuration."""

from edge.config import NodeConfig
from edge.sensing import sources


def test_no_broker_keeps_old_readings_for_a_sensors_line() -> None:
    config = NodeConfig.model_validate(
        {
            "node": "node-1",
            "ward": "ward-1",
            "broker": {"host": "127.0.0.1", "client_id": "node-1", "persistent": True},
            "sensors": [
                {
                    "id": "river-1",
                    "quantity": "water_level",
                    "unit": "cm",
                    "mqtt": {"topic": "river/+/up", "value": "object.level"},
                }
            ],
        }
    )
    ((sensor, line),) = sources(config)
    assert sensor.sensor == "river-1"
    assert line is not None
    assert not line._broker.persistent
    assert line._broker.client_id == "node-1-river-1"
