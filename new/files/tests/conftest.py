from hypothesis import HealthCheck, settings

# The time that an example takes says how busy the machine is, and nothing about the code.
settings.register_profile("busy-machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy-machine")
