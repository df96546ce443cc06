import numpy as np

from ginsen.physics.agenda import arrange, rearrange


def test_the_first_is_always_due_first():
    random = np.random.default_rng(1)
    due = random.uniform(size=200)
    heap, stands = np.arange(200), np.arange(200)
    arrange(heap, stands, due)
    for _ in range(2000):
        assert due[heap[0]] == due.min()
        junction = int(random.integers(200))
        due[junction] = random.choice([random.uniform(), np.inf, 0.0])
        rearrange(heap, stands, due, junction)
        assert np.array_equal(heap[stands], np.arange(200))


def test_times_come_out_in_order():
    due = np.random.default_rng(2).integers(0, 9, 50).astype(float)
    expected = np.sort(due)
    heap, stands = np.arange(50), np.arange(50)
    arrange(heap, stands, due)
    seen = []
    for _ in range(50):
        seen.append(due[heap[0]])
        due[heap[0]] = np.inf
        rearrange(heap, stands, due, int(heap[0]))
    assert seen == expected.tolist()
