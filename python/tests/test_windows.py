"""Windows over rows that follow one another in time: every edge by hand, and no copies."""

import lithe
import numpy as np
import pytest

SMALL = {"epochs": 2, "batch": 8, "random_state": 0, "n_jobs": 1}


def listed(windows):
    """Windows as they can be written down: the values of the channel, and the answer."""
    return [(one.ravel().astype(int).tolist(), np.ravel(answer).astype(int).tolist()) for one, answer in windows]


@pytest.mark.parametrize(
    ("rows", "options", "wanted"),
    [
        (5, {"window": 2}, [([0, 1], [2]), ([1, 2], [3]), ([2, 3], [4])]),
        (5, {"window": 2, "horizon": 2}, [([0, 1], [3]), ([1, 2], [4])]),
        (5, {"window": 2, "horizon": 3}, [([0, 1], [4])]),
        (5, {"window": 4}, [([0, 1, 2, 3], [4])]),
        (5, {"window": 1}, [([0], [1]), ([1], [2]), ([2], [3]), ([3], [4])]),
        (5, {"window": 2, "stride": 2}, [([0, 1], [2]), ([2, 3], [4])]),
        (6, {"window": 2, "stride": 2}, [([0, 1], [2]), ([2, 3], [4])]),
        (7, {"window": 2, "stride": 2}, [([0, 1], [2]), ([2, 3], [4]), ([4, 5], [6])]),
        (7, {"window": 2, "stride": 9}, [([0, 1], [2])]),
        (6, {"window": 2, "horizon": range(1, 4)}, [([0, 1], [2, 3, 4]), ([1, 2], [3, 4, 5])]),
        (6, {"window": 2, "horizon": [3, 1]}, [([0, 1], [2, 4]), ([1, 2], [3, 5])]),
        (7, {"window": 2, "horizon": [2, 3], "stride": 2}, [([0, 1], [3, 4]), ([2, 3], [5, 6])]),
    ],
)
def test_windows_by_hand(rows, options, wanted):
    array = np.arange(float(rows))
    made = lithe.windows(array, **options)
    assert listed(made) == wanted
    assert made.X.shape == (len(wanted), options["window"], 1)
    assert made.first_rows.tolist() == [one[0] for one, _ in wanted]
    assert np.shares_memory(made.X, array)
    assert [row.ravel().astype(int).tolist() for row in made.X] == [one for one, _ in wanted]
    assert np.asarray(made.y).reshape(len(wanted), -1).astype(int).tolist() == [answer for _, answer in wanted]


@pytest.mark.parametrize("horizon", [1, 2, 4])
@pytest.mark.parametrize("window", [1, 3])
@pytest.mark.parametrize("share", [8, 0.4])
def test_no_window_reaches_from_one_part_into_the_other(window, horizon, share):
    made = lithe.windows(np.arange(20.0), window=window, horizon=horizon, test_share=share)
    last = np.max([answer for _, answer in made])
    first = np.min([one for one, _ in made.test])
    assert (last, first) == (11, 12)
    assert made.between == window + horizon - 1
    assert len(made) + len(made.test) + made.between == 20 - window - horizon + 1
    assert listed(made.test)[0] == (list(range(12, 12 + window)), [12 + window + horizon - 1])
    assert listed(made.test)[-1][1] == [19]
    assert np.array_equal(made.X_test, made.test.X) and np.array_equal(made.y_test, made.test.y)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_windows_are_views(dtype):
    array = np.arange(60, dtype=dtype).reshape(20, 3)
    made = lithe.windows(array, window=4, horizon=range(1, 3), target=1, test_share=8)
    assert all(np.shares_memory(view, array) for view in (made.X, made.y, made.X_test, made.y_test, made[2][0]))
    assert np.array_equal(made.X[2], array[2:6]) and np.array_equal(made.y[2], array[6:8, 1])
    examples = lithe.Examples(made)
    assert np.shares_memory(examples._kept[0].matrix, array) and examples.rows == len(made)
    array[0, 0] = 99
    assert made.X[0, 0, 0] == 99


def test_several_targets():
    array = np.arange(24.0).reshape(8, 3)
    made = lithe.windows(array, window=2, horizon=[1, 3], target=[2, 0])
    # All targets of the nearest horizon come first.
    assert made.y[0].tolist() == [array[2, 2], array[2, 0], array[4, 2], array[4, 0]]
    assert made.y.shape == (4, 4)


def test_groups_are_series_of_their_own():
    array = np.arange(10.0)
    apart = ["a"] * 6 + ["b"] * 4
    made = lithe.windows(array, window=2, groups=apart)
    wanted = [([0, 1], [2]), ([1, 2], [3]), ([2, 3], [4]), ([3, 4], [5]), ([6, 7], [8]), ([7, 8], [9])]
    assert listed(made) == wanted and made.groups.tolist() == ["a"] * 4 + ["b"] * 2
    assert np.shares_memory(made[0][0], array)  # the rows stand together: nothing is copied
    assert np.shares_memory(lithe.Examples(made)._kept[0].matrix, array)
    assert np.array_equal(made.X.reshape(6, 2), [one for one, _ in wanted])
    mixed = lithe.windows(array, window=2, groups=list("ababababab"))
    assert listed(mixed)[0] == ([0, 2], [4]) and listed(mixed)[-1] == ([5, 7], [9])
    assert mixed.first_rows.tolist() == [0, 2, 4, 1, 3, 5]
    divided = lithe.windows(np.arange(20.0), window=2, groups=[0] * 10 + [1] * 10, test_share=4)
    assert listed(divided.test) == [([6, 7], [8]), ([7, 8], [9]), ([16, 17], [18]), ([17, 18], [19])]
    assert listed(divided)[3] == ([3, 4], [5]) and listed(divided)[4] == ([10, 11], [12])
    short = lithe.windows(array, window=3, groups=["a"] * 7 + ["b"] * 3)
    assert set(short.groups) == {"a"}


def test_naive_forecasts_by_hand():
    made = lithe.windows(np.array([0.0, 1, 4, 9, 16]), window=2)  # errors of the last value: 3, 5, 7
    assert made.naive()["last value"] == pytest.approx(np.sqrt((9 + 25 + 49) / 3))
    assert made.naive(season=2)["2 rows before"] == pytest.approx(np.sqrt((16 + 64 + 144) / 3))
    assert made.naive(season=4)["4 rows before"] == 16  # known of the last window alone
    assert "5 rows before" not in made.naive(season=5)
    ahead = lithe.windows(np.arange(9.0), window=3, horizon=[1, 3])
    assert ahead.naive(season=2)["2 rows before"] == pytest.approx(np.sqrt((4 + 16) / 2))


def test_mistakes_say_what_to_do():
    array = np.arange(9.0)
    cases = [
        (lambda: lithe.windows(array, window=9), "take 10 rows, and there are 9", "a smaller window"),
        (lambda: lithe.windows(array, window=3, test_share=3), "there are 3 to test on", "test_share"),
        (lambda: lithe.windows(array, window=8, groups=[0] * 5 + [1] * 4), "in the longest group", "smaller"),
        (lambda: lithe.windows([1.0, np.nan, 2], window=1), "not a number", "replace"),
        (lambda: lithe.windows(array, window=0), "window of 0", "1 or more"),
        (lambda: lithe.windows(array, window=1, horizon=0), "horizon of 0", "1 or more"),
        (lambda: lithe.windows(array, window=1, stride=0), "stride of 0", "1 or more"),
        (lambda: lithe.windows(array, window=1, target=1), "column 1 of 1", "from 0 to 0"),
        (lambda: lithe.windows(array, window=1, groups=[1]), "for 9 rows", "one for each row"),
        (lambda: lithe.windows(array, window=1, test_share=-1), "to test on", "a share"),
        (lambda: lithe.windows(np.zeros((2, 2, 2)), window=1), "3 dimensions", "channels"),
        (lambda: lithe.windows([], window=1), "without rows", "order of time"),
        (lambda: lithe.windows(["a"], window=1), "not numbers", "numbers"),
    ]
    for call, problem, remedy in cases:
        with pytest.raises(lithe.Error, match=problem) as caught:
            call()
        assert remedy in caught.value.remedy


def day(rows=600):
    t = np.arange(rows)
    return 50 + 10 * np.sin(t * 2 * np.pi / 24) + np.random.default_rng(0).normal(0, 0.5, rows)


def test_an_estimator_learns_from_windows():
    made = lithe.windows(day(), window=24, test_share=0.2)
    reg = lithe.Regressor("gru(16)", **SMALL | {"epochs": 10, "optimizer": "adam(0.01)"}).fit(made)
    assert reg.model_.network.input_shape == [24, 1]
    errors = reg.predict(made.test) - made.y_test
    assert np.sqrt(np.mean(errors**2)) < made.test.naive(season=24)["24 rows before"]
    assert reg.score(made.test) == pytest.approx(reg.score(made.X_test, made.y_test))
    with pytest.raises(ValueError, match="has its own"):
        reg.fit(made, made.y)


def test_windows_with_places_of_their_own_are_read_as_even_ones():
    array = day(200)
    even, grouped = lithe.windows(array, window=5), lithe.windows(array, window=5, groups=[0] * 200)
    made = [lithe.Regressor("gru(4)", **SMALL).fit(given) for given in (even, grouped)]
    for name in made[0].model_:
        assert np.array_equal(np.asarray(made[0].model_[name]), np.asarray(made[1].model_[name]))
    assert np.array_equal(made[0].predict(even), made[1].predict(grouped))
    assert np.array_equal(made[0].predict(even.X), made[1].predict(grouped))


def test_the_examples_held_out_share_no_row_with_those_to_train_on():
    made = lithe.windows(day(200), window=10, horizon=5)
    model = lithe.Model("input(10x1) -> gru(2) -> dense(1)")
    trainer = lithe.Trainer(model, lithe.Examples(made), loss="mean_squared", validation=0.2, threads=1)
    order = np.sort(trainer.order(1))
    held = round(0.2 * len(made))
    # As many windows as share rows with the first that is held out are in neither part.
    assert order.max() + made[0][0].size + 5 <= len(made) - held
