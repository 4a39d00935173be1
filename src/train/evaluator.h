// A plan that evaluates the same rows again and again.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "base/threads.h"
#include "lithe/cancel.h"
#include "plan/plan.h"

namespace lithe::train {

template <typename T>
class Evaluator {
 public:
  // `values` and `team` must outlive it, as must what the request points to. `batches`: how many
  // rows each batch has; empty: as many as the request says.
  Evaluator(const plan::Request& request, std::vector<std::uint32_t> rows,
            plan::Parameters<T>& values, base::Team& team, std::vector<std::size_t> batches = {})
      : plan_(request, values, team),
        rows_(std::move(rows)),
        batches_(std::move(batches)),
        batch_(request.batch) {}

  // Begins without a past. Throws Cancelled.
  plan::Results run() {
    plan_.reset_carried();
    // Batches are the same, and so are the bits, where it can be cancelled in between.
    const std::size_t piece = can_be_cancelled() ? batch_ : rows_.size();
    std::size_t first = 0;
    const auto run_next = [&](std::size_t count) {
      plan_.run(std::span(rows_).subspan(first, count));
      first += count;
    };
    for (const std::size_t count : batches_)
      if (!cancelled()) run_next(count);
    while (batches_.empty() && first < rows_.size() && !cancelled())
      run_next(std::min(piece, rows_.size() - first));
    const plan::Results results = plan_.take_results();
    end_if_cancelled();
    return results;
  }
  std::size_t rows() const { return rows_.size(); }

 private:
  plan::Plan<T> plan_;
  std::vector<std::uint32_t> rows_;
  std::vector<std::size_t> batches_;
  std::size_t batch_;
};

// The mean loss by weight; 0 where the weights sum to 0.
inline double mean_loss(const plan::Results& results) {
  return results.weight > 0 ? results.loss / results.weight : 0;
}

}  // namespace lithe::train
