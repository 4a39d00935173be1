#include "metrics/reliability.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace lithe::metrics {

namespace {

void add(ReliabilityBin& bin, double confidence, bool correct) {
  ++bin.count;
  bin.confidence += confidence;
  bin.accuracy += correct ? 1 : 0;
}

// From sums to means.
void finish(std::vector<ReliabilityBin>& bins) {
  for (ReliabilityBin& bin : bins) {
    if (bin.count == 0) continue;
    bin.confidence /= static_cast<double>(bin.count);
    bin.accuracy /= static_cast<double>(bin.count);
  }
}

// The bin whose upper end is the first not below the confidence.
std::size_t bin_of(double confidence, const std::vector<ReliabilityBin>& bins) {
  const auto found = std::ranges::lower_bound(bins, confidence, {}, &ReliabilityBin::high);
  return std::min(static_cast<std::size_t>(found - bins.begin()), bins.size() - 1);
}

}  // namespace

std::vector<ReliabilityBin> reliability(const std::vector<double>& confidences,
                                        const std::vector<bool>& correct, std::size_t bins) {
  std::vector<ReliabilityBin> result(bins);
  for (std::size_t b = 0; b < bins; ++b) {
    result[b].low = static_cast<double>(b) / static_cast<double>(bins);
    result[b].high = static_cast<double>(b + 1) / static_cast<double>(bins);
  }
  for (std::size_t i = 0; i < confidences.size(); ++i)
    add(result[bin_of(confidences[i], result)], confidences[i], correct[i]);
  finish(result);
  return result;
}

std::vector<ReliabilityBin> reliability_by_count(const std::vector<double>& confidences,
                                                 const std::vector<bool>& correct,
                                                 std::size_t bins) {
  std::vector<std::size_t> order(confidences.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return confidences[i]; });
  std::vector<ReliabilityBin> result(std::min(bins, order.size()));
  for (std::size_t b = 0; b < result.size(); ++b) {
    const std::size_t first = order.size() * b / result.size();
    const std::size_t end = order.size() * (b + 1) / result.size();
    for (std::size_t i = first; i < end; ++i)
      add(result[b], confidences[order[i]], correct[order[i]]);
    result[b].low = b == 0 ? confidences[order[first]] : result[b - 1].high;
    result[b].high = confidences[order[end - 1]];
  }
  finish(result);
  return result;
}

double expected_calibration_error(const std::vector<ReliabilityBin>& bins) {
  double sum = 0, count = 0;
  for (const ReliabilityBin& bin : bins) {
    sum += static_cast<double>(bin.count) * std::abs(bin.accuracy - bin.confidence);
    count += static_cast<double>(bin.count);
  }
  return count == 0 ? 0 : sum / count;
}

double maximum_calibration_error(const std::vector<ReliabilityBin>& bins) {
  double largest = 0;
  for (const ReliabilityBin& bin : bins)
    if (bin.count > 0) largest = std::max(largest, std::abs(bin.accuracy - bin.confidence));
  return largest;
}

double brier(std::span<const double> probabilities, std::size_t truth) {
  double sum = 0;
  for (std::size_t c = 0; c < probabilities.size(); ++c) {
    const double error = probabilities[c] - (c == truth ? 1 : 0);
    sum += error * error;
  }
  return sum;
}

}  // namespace lithe::metrics
