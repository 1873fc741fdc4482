import time
def test_a():
    time.sleep(100)
