// Temperature scaling: the one number that logits are divided by so that the softmax's shares are
// as likely as they say (Guo and others, "On calibration of modern neural networks", 2017).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace lithe::metrics {

// The mean negative logarithm of the share that the softmax of logits / temperature gives to each
// example's class. `logits` is [labels.size()][classes].
double negative_log_likelihood(const std::vector<double>& logits, std::size_t classes,
                               const std::vector<std::int32_t>& labels, double temperature);

// The temperature between 0.05 and 20 that makes it least.
double fit_temperature(const std::vector<double>& logits, std::size_t classes,
                       const std::vector<std::int32_t>& labels);

}  // namespace lithe::metrics
