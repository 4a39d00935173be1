// Scores from the features, that is the inputs of the last dense layer: how far an example lies
// from the known ones.
#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>
#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <limits>

#include "lithe/error.h"
#include "unknown/score.h"

namespace lithe::unknown {

namespace {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Vector = Eigen::VectorXd;
using MatrixView = Eigen::Map<const Matrix>;
using VectorView = Eigen::Map<const Vector>;

Eigen::Index index(std::size_t i) { return static_cast<Eigen::Index>(i); }

MatrixView features_of(const Evidence& e) {
  return {e.features.data(), index(e.rows), index(e.columns)};
}
MatrixView matrix(const NamedArray& a) {
  return {a.values.data(), index(a.shape[0]), index(a.shape[1])};
}
VectorView features_of(const Example& e) { return {e.features, index(e.columns)}; }

NamedArray array(const Matrix& m) {
  return {{static_cast<std::size_t>(m.rows()), static_cast<std::size_t>(m.cols())},
          {m.data(), m.data() + m.size()}};
}
NamedArray array(const Vector& v) {
  return {{static_cast<std::size_t>(v.size())}, {v.data(), v.data() + v.size()}};
}

// The mean of each class's features.
Matrix class_means(const Evidence& e) {
  Matrix means = Matrix::Zero(index(e.classes), index(e.columns));
  Vector count = Vector::Zero(index(e.classes));
  const MatrixView x = features_of(e);
  for (std::size_t i = 0; i < e.rows; ++i) {
    means.row(e.labels[i]) += x.row(index(i));
    count[e.labels[i]] += 1;
  }
  if (count.minCoeff() < 2)
    throw Error(ErrorKind::data, "a class has fewer than two known examples", {},
                "more examples to fit the score on");
  return count.cwiseInverse().asDiagonal() * means;
}

// Covariances are shrunk towards a multiple of the identity, so that they can be inverted where
// features are few, equal, or never active (Ledoit and Wolf, 2004).
constexpr double kShrinkage = 1e-3;

// The matrix that turns a covariance into the identity: x' C^-1 x = |A x|^2.
Matrix whitening(const Matrix& centred) {
  const double rows = static_cast<double>(centred.rows());
  Matrix covariance = centred.transpose() * centred / rows;
  const double scale = covariance.trace() / static_cast<double>(covariance.rows());
  covariance *= 1 - kShrinkage;
  covariance.diagonal().array() += kShrinkage * scale + 1e-12;
  const Eigen::LLT<Matrix> factor(covariance);
  return factor.matrixL().solve(Matrix::Identity(covariance.rows(), covariance.cols()));
}

// The squared Mahalanobis distance to the nearest class mean, with one covariance for all classes
// (Lee and others, 2018). The relative score subtracts the distance to the mean of all known
// examples, with their covariance (Ren and others, 2021).
class Mahalanobis final : public Score {
 public:
  explicit Mahalanobis(bool relative) : relative_(relative) {}

  Arrays fit(const Evidence& e, const Head&) const override {
    const MatrixView x = features_of(e);
    const Matrix means = class_means(e);
    Matrix centred = x;
    for (std::size_t i = 0; i < e.rows; ++i) centred.row(index(i)) -= means.row(e.labels[i]);
    Arrays arrays = {{"means", array(means)}, {"whitening", array(whitening(centred))}};
    if (!relative_) return arrays;
    const Vector mean = x.colwise().mean();
    arrays["mean"] = array(mean);
    arrays["whitening_of_all"] = array(whitening(x.rowwise() - mean.transpose()));
    return arrays;
  }
  void use(const Arrays& arrays) override {
    arrays_ = arrays;
    const std::size_t columns = array_of(arrays_, "means", {0, 0}).shape[1];
    const MatrixView turn = matrix(array_of(arrays_, "whitening", {columns, columns}));
    means_ = matrix(arrays_.at("means")) * turn.transpose();
    if (!relative_) return;
    array_of(arrays_, "mean", {columns});
    array_of(arrays_, "whitening_of_all", {columns, columns});
  }
  void check(std::size_t columns, std::size_t classes) const override {
    array_of(arrays_, "means", {classes, columns});
  }
  double operator()(const Example& e) const override {
    const Vector x = matrix(arrays_.at("whitening")) * features_of(e);
    const double nearest = (means_.rowwise() - x.transpose()).rowwise().squaredNorm().minCoeff();
    if (!relative_) return nearest;
    const VectorView mean(arrays_.at("mean").values.data(), index(e.columns));
    return nearest -
           (matrix(arrays_.at("whitening_of_all")) * (features_of(e) - mean)).squaredNorm();
  }

 private:
  bool relative_;
  Arrays arrays_;
  Matrix means_;  // whitened
};

// The distance to the k-th nearest known example, of features normalised to length 1 (Sun and
// others, 2022). At most this many known examples are kept, evenly spaced.
constexpr std::size_t kMostNeighbours = 5000;

class NearestNeighbours final : public Score {
 public:
  explicit NearestNeighbours(std::size_t k) : k_(k) {}

  Arrays fit(const Evidence& e, const Head&) const override {
    const std::size_t kept = std::min(e.rows, kMostNeighbours);
    if (kept < k_)
      throw Error(ErrorKind::data, "there are fewer known examples than k", {},
                  "knn with a smaller k");
    Matrix rows(index(kept), index(e.columns));
    for (std::size_t i = 0; i < kept; ++i)
      rows.row(index(i)) = unit(features_of(e).row(index(i * e.rows / kept)).transpose());
    return {{"examples", array(rows)}};
  }
  void use(const Arrays& arrays) override {
    arrays_ = arrays;
    if (array_of(arrays_, "examples", {0, 0}).shape[0] < k_) fail_to_fit();
  }
  void check(std::size_t columns, std::size_t) const override {
    array_of(arrays_, "examples", {0, columns});
  }
  double operator()(const Example& e) const override {
    const MatrixView rows = matrix(arrays_.at("examples"));
    const Vector x = unit(features_of(e));
    Vector distance = (rows.rowwise() - x.transpose()).rowwise().squaredNorm();
    std::nth_element(distance.data(), distance.data() + k_ - 1, distance.data() + distance.size());
    return std::sqrt(distance[index(k_ - 1)]);
  }

 private:
  static Vector unit(const Vector& x) { return x / std::max(x.norm(), 1e-12); }

  std::size_t k_;
  Arrays arrays_;
};

// Virtual-logit matching (Wang and others, 2022): the norm of the features' component outside the
// principal subspace of the known examples, as one more logit.
class Vim final : public Score {
 public:
  explicit Vim(std::size_t dimension) : dimension_(dimension) {}

  Arrays fit(const Evidence& e, const Head& head) const override {
    const std::size_t main = dimension_ > 0 ? dimension_ : usual_dimension(e.columns);
    if (main >= e.columns)
      throw Error(ErrorKind::data, "vim needs more features than its dimension", {},
                  "vim with a smaller dimension, or another score");
    const MatrixView weight(head.weight.data(), index(e.columns), index(e.classes));
    const VectorView bias(head.bias.data(), index(e.classes));
    // The least-squares solution of logits = 0.
    const Matrix transposed = weight.transpose();
    const Vector origin = -transposed.completeOrthogonalDecomposition().solve(Vector(bias));
    const Matrix centred = features_of(e).rowwise() - origin.transpose();
    const Matrix second = centred.transpose() * centred / static_cast<double>(e.rows);
    const Eigen::SelfAdjointEigenSolver<Matrix> solver(second);  // in ascending order
    const Matrix residual = solver.eigenvectors().leftCols(index(e.columns - main));
    double logits = 0;
    for (std::size_t i = 0; i < e.rows; ++i)
      logits += *std::max_element(&e.logits[i * e.classes], &e.logits[i * e.classes] + e.classes);
    const double norms = (centred * residual).rowwise().norm().sum();
    const Vector alpha = Vector::Constant(1, norms > 0 ? logits / norms : 0);
    return {{"origin", array(origin)}, {"residual", array(residual)}, {"alpha", array(alpha)}};
  }
  void use(const Arrays& arrays) override {
    arrays_ = arrays;
    array_of(arrays_, "alpha", {1});
    array_of(arrays_, "residual", {array_of(arrays_, "origin", {0}).shape[0], 0});
  }
  void check(std::size_t columns, std::size_t) const override {
    array_of(arrays_, "origin", {columns});
  }
  double operator()(const Example& e) const override {
    const VectorView origin(arrays_.at("origin").values.data(), index(e.columns));
    const double outside =
        (matrix(arrays_.at("residual")).transpose() * (features_of(e) - origin)).norm();
    return arrays_.at("alpha").values[0] * outside - log_sum_exp(e.logits, e.classes);
  }

 private:
  static std::size_t usual_dimension(std::size_t columns) {
    return columns >= 2048 ? 1000 : columns >= 768 ? 512 : columns / 2;
  }

  std::size_t dimension_;
  Arrays arrays_;
};

}  // namespace

std::vector<Entry> feature_scores() {
  using network::Type;
  return {{{"knn",
            "distance to the k-th nearest known example, of features normalised to length 1",
            {{"k", "rank of the neighbour", Type::integer, "50", 1, 5000}}},
           [](const Component& c) { return std::make_unique<NearestNeighbours>(c.integer("k")); }},
          {{"vim",
            "virtual logit: the features outside the principal subspace of the known examples",
            {{"dimension", "of that subspace; 0: half of the features, at most 1000", Type::integer,
              "0", 0, 1 << 16}}},
           [](const Component& c) { return std::make_unique<Vim>(c.integer("dimension")); }},
          {{"relative_mahalanobis",
            "Mahalanobis distance to the nearest class minus that to all known examples"},
           [](const Component&) { return std::make_unique<Mahalanobis>(true); }},
          {{"mahalanobis", "Mahalanobis distance to the nearest class"},
           [](const Component&) { return std::make_unique<Mahalanobis>(false); }}};
}

}  // namespace lithe::unknown
