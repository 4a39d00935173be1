// OpenMax (Bendale and Boult, 2016): extreme value theory models how far a class's correct examples
// lie from their mean. The farther an example lies, the more of its large logits moves to
// "unknown".
#include <algorithm>
#include <cmath>
#include <numeric>

#include "lithe/error.h"
#include "unknown/score.h"

namespace lithe::unknown {

namespace {

struct Weibull {
  double shape, scale;
  double below(double x) const { return x <= 0 ? 0 : 1 - std::exp(-std::pow(x / scale, shape)); }
};

// Maximum likelihood: the shape solves sum(x^k ln x) / sum(x^k) - 1/k = mean(ln x), by bisection,
// since the left side grows with k.
Weibull fit_weibull(const std::vector<double>& x) {
  const double most = *std::max_element(x.begin(), x.end());
  const double count = static_cast<double>(x.size());
  double mean_log = 0;
  for (const double v : x) mean_log += std::log(v / most) / count;
  const auto power_sum = [&](double k) {
    double sum = 0;
    for (const double v : x) sum += std::pow(v / most, k);
    return sum;
  };
  const auto excess = [&](double k) {
    double logs = 0;
    for (const double v : x) logs += std::pow(v / most, k) * std::log(v / most);
    return logs / power_sum(k) - 1 / k - mean_log;
  };
  double low = 1e-3, high = 1e3;
  for (int i = 0; i < 100; ++i) {
    const double middle = std::sqrt(low * high);
    (excess(middle) < 0 ? low : high) = middle;
  }
  return {low, most * std::pow(power_sum(low) / count, 1 / low)};
}

class OpenMax final : public Score {
 public:
  OpenMax(std::size_t tail, std::size_t alpha) : tail_(tail), alpha_(alpha) {}

  Arrays fit(const Evidence& e, const Head&) const override {
    const std::size_t classes = e.classes;
    NamedArray means{{classes, classes}, std::vector<double>(classes * classes)};
    NamedArray tails{{classes, 3}, {}};
    for (std::size_t c = 0; c < classes; ++c) {
      std::vector<std::size_t> rows;  // correct ones
      for (std::size_t i = 0; i < e.rows; ++i) {
        const double* z = &e.logits[i * classes];
        const auto predicted = static_cast<std::size_t>(std::max_element(z, z + classes) - z);
        if (predicted == c && e.labels[i] == static_cast<std::int32_t>(c)) rows.push_back(i);
      }
      if (rows.size() < 2)
        throw Error(ErrorKind::data,
                    "a class has fewer than two known examples that are classified correctly", {},
                    "train for longer, or use another score");
      double* const mean = &means.values[c * classes];
      for (const std::size_t i : rows)
        for (std::size_t j = 0; j < classes; ++j)
          mean[j] += e.logits[i * classes + j] / static_cast<double>(rows.size());
      std::vector<double> distances;
      for (const std::size_t i : rows)
        distances.push_back(distance(&e.logits[i * classes], mean, classes));
      std::sort(distances.rbegin(), distances.rend());
      distances.resize(std::min(tail_, distances.size()));
      const double shift = distances.back() - 1;  // so that all of them are 1 or more
      for (double& d : distances) d -= shift;
      const Weibull tail = fit_weibull(distances);
      tails.values.insert(tails.values.end(), {tail.shape, tail.scale, shift});
    }
    return {{"means", means}, {"tails", tails}};
  }
  void use(const Arrays& arrays) override {
    arrays_ = arrays;
    const std::size_t classes = array_of(arrays_, "means", {0, 0}).shape[0];
    array_of(arrays_, "tails", {classes, 3});
  }
  void check(std::size_t, std::size_t classes) const override {
    array_of(arrays_, "means", {classes, classes});
  }
  double operator()(const Example& e) const override {
    std::vector<std::size_t> rank(e.classes);
    std::iota(rank.begin(), rank.end(), std::size_t{0});
    std::stable_sort(rank.begin(), rank.end(),
                     [&](std::size_t a, std::size_t b) { return e.logits[a] > e.logits[b]; });
    std::vector<double> logits(e.logits, e.logits + e.classes);
    double unknown = 0;
    const std::size_t revised = std::min(alpha_, e.classes);
    for (std::size_t i = 0; i < revised; ++i) {
      const std::size_t c = rank[i];
      const double* tail = &arrays_.at("tails").values[3 * c];
      const double* mean = &arrays_.at("means").values[c * e.classes];
      const double far = distance(e.logits, mean, e.classes) - tail[2];
      const double weight = static_cast<double>(revised - i) / static_cast<double>(revised);
      const double taken = logits[c] * weight * Weibull{tail[0], tail[1]}.below(far);
      logits[c] -= taken;
      unknown += taken;
    }
    logits.push_back(unknown);
    return std::exp(unknown - log_sum_exp(logits.data(), logits.size()));
  }

 private:
  static double distance(const double* a, const double* b, std::size_t count) {
    double sum = 0;
    for (std::size_t j = 0; j < count; ++j) sum += (a[j] - b[j]) * (a[j] - b[j]);
    return std::sqrt(sum);
  }

  std::size_t tail_, alpha_;
  Arrays arrays_;
};

}  // namespace

Entry openmax() {
  using network::Type;
  return {{"openmax",
           "the part of the largest logits that extreme value theory moves to unknown",
           {{"tail", "farthest known examples of a class to fit its tail to", Type::integer, "20",
             2, 10000},
            {"alpha", "number of largest logits to revise", Type::integer, "10", 1, 1 << 16}}},
          [](const Component& c) {
            return std::make_unique<OpenMax>(c.integer("tail"), c.integer("alpha"));
          }};
}

}  // namespace lithe::unknown
