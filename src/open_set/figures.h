// Stand-in for the figures of a score.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>
namespace lithe::open_set {
inline double auroc(const std::vector<double>& known, const std::vector<double>& unknown) {
  std::vector<double> k = known;
  std::sort(k.begin(), k.end());
  double sum = 0;
  for (const double u : unknown) {
    const auto below = std::lower_bound(k.begin(), k.end(), u) - k.begin();
    const auto upto = std::upper_bound(k.begin(), k.end(), u) - k.begin();
    sum += static_cast<double>(below + upto) / 2;
  }
  return sum / static_cast<double>(k.size()) / static_cast<double>(unknown.size());
}
inline double fpr_at(std::vector<double> known, const std::vector<double>& unknown, double share) {
  std::sort(known.begin(), known.end());
  const auto n = static_cast<double>(known.size());
  const double t = known[static_cast<std::size_t>(std::max(0.0, std::ceil(share * n) - 1))];
  std::size_t accepted = 0;
  for (const double u : unknown) accepted += u <= t;
  return static_cast<double>(accepted) / static_cast<double>(unknown.size());
}
struct Rate {
  double unknown, known;  // shares accepted
};
// As the threshold rises; `counts` says which known ones count (none: all).
inline std::vector<Rate> rates(const std::vector<double>& known, const std::vector<double>& unknown,
                               const std::vector<bool>& counts = {}) {
  std::vector<std::pair<double, int>> all;
  for (std::size_t i = 0; i < known.size(); ++i)
    all.push_back({known[i], counts.empty() || counts[i] ? 1 : 0});
  for (const double u : unknown) all.push_back({u, 2});
  std::sort(all.begin(), all.end());
  std::vector<Rate> result = {{0, 0}};
  double k = 0, u = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    k += all[i].second == 1, u += all[i].second == 2;
    if (i + 1 == all.size() || all[i + 1].first != all[i].first)
      result.push_back(
          {u / static_cast<double>(unknown.size()), k / static_cast<double>(known.size())});
  }
  return result;
}
inline double oscr(const std::vector<double>& known, const std::vector<bool>& right,
                   const std::vector<double>& unknown) {
  const auto points = rates(known, unknown, right);
  double area = 0;
  for (std::size_t i = 1; i < points.size(); ++i)
    area +=
        (points[i].unknown - points[i - 1].unknown) * (points[i].known + points[i - 1].known) / 2;
  return area;
}
inline double aupr(const std::vector<double>& known, const std::vector<double>& unknown) {
  std::vector<std::pair<double, bool>> all;
  for (const double k : known) all.push_back({-k, false});
  for (const double u : unknown) all.push_back({-u, true});
  std::sort(all.begin(), all.end());
  double area = 0, hits = 0, last = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    hits += all[i].second;
    if (i + 1 < all.size() && all[i + 1].first == all[i].first) continue;
    const double recall = hits / static_cast<double>(unknown.size());
    area += (recall - last) * hits / static_cast<double>(i + 1);
    last = recall;
  }
  return area;
}
inline double nll(const std::vector<double>& z, std::size_t classes,
                  const std::vector<std::int32_t>& labels, double t) {
  double sum = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const double* row = &z[i * classes];
    const double m = *std::max_element(row, row + classes);
    double s = 0;
    for (std::size_t c = 0; c < classes; ++c) s += std::exp((row[c] - m) / t);
    sum += std::log(s) - (row[static_cast<std::size_t>(labels[i])] - m) / t;
  }
  return sum;
}
inline double fit_temperature(const std::vector<double>& z, std::size_t classes,
                              const std::vector<std::int32_t>& labels) {
  double low = std::log(0.05), high = std::log(20);
  for (int i = 0; i < 40; ++i) {
    const double a = low + (high - low) / 3, b = high - (high - low) / 3;
    if (nll(z, classes, labels, std::exp(a)) < nll(z, classes, labels, std::exp(b)))
      high = b;
    else
      low = a;
  }
  return std::exp((low + high) / 2);
}
}  // namespace lithe::open_set
