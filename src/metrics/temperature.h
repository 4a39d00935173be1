// Temperature scaling: logits are divided by one number, so that their softmax is calibrated (Guo
// and others, "On calibration of modern neural networks", 2017).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace lithe::metrics {

// The mean negative log likelihood of the labels under the softmax of logits / temperature.
// `logits` is [labels.size()][classes].
double negative_log_likelihood(const std::vector<double>& logits, std::size_t classes,
                               const std::vector<std::int32_t>& labels, double temperature);

// The temperature between 0.05 and 20 that minimises it.
double fit_temperature(const std::vector<double>& logits, std::size_t classes,
                       const std::vector<std::int32_t>& labels);

}  // namespace lithe::metrics
