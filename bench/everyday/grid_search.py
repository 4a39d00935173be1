"""Looks for the best multilayer perceptron for scikit-learn's digits."""

from sklearn.datasets import load_digits
from sklearn.model_selection import GridSearchCV
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


def main():
    x, y = load_digits(return_X_y=True)
    model = make_pipeline(StandardScaler(), MLPClassifier(max_iter=100, random_state=0))
    search = GridSearchCV(model, {
        "mlpclassifier__hidden_layer_sizes": [(50,), (100,)],
        "mlpclassifier__learning_rate_init": [0.001, 0.01],
        "mlpclassifier__alpha": [1e-4, 1e-2],
    }, cv=3, n_jobs=2)
    search.fit(x, y)
    print(search.best_params_, f"{search.best_score_:.4f}")


if __name__ == "__main__":
    main()
