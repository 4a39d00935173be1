"""Gradient boosting with scikit-learn, a little deeper at each epoch."""

from sklearn.datasets import make_classification
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import log_loss


def main():
    x, y = make_classification(n_samples=60_000, n_features=40, n_informative=20, random_state=12)
    model = HistGradientBoostingClassifier(max_iter=30, warm_start=True, early_stopping=False,
                                           random_state=13)
    for epoch in range(6):
        model.set_params(max_iter=30 * (epoch + 1))
        model.fit(x, y)
        loss = log_loss(y[:5000], model.predict_proba(x[:5000]))
        print(f"epoch {epoch + 1} loss {loss:.4f}", flush=True)


if __name__ == "__main__":
    main()
