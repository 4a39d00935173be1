// A plan that evaluates the same rows again and again.
#pragma once

#include <cstdint>
#include <vector>

#include "base/threads.h"
#include "plan/plan.h"

namespace lithe::train {

template <typename T>
class Evaluator {
 public:
  // `values` and `team` must outlive it, as must what the request points to.
  Evaluator(const plan::Request& request, std::vector<std::uint32_t> rows,
            plan::Parameters<T>& values, base::Team& team)
      : plan_(request, values, team), rows_(std::move(rows)) {}

  plan::Results run() {
    plan_.run(rows_);
    return plan_.take_results();
  }
  std::size_t rows() const { return rows_.size(); }

 private:
  plan::Plan<T> plan_;
  std::vector<std::uint32_t> rows_;
};

// The mean loss by weight; 0 where the weights sum to 0.
inline double mean_loss(const plan::Results& results) {
  return results.weight > 0 ? results.loss / results.weight : 0;
}

}  // namespace lithe::train
