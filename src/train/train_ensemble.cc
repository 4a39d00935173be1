// The members of an ensemble, trained side by side: each on a thread of its own.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>

#include "base/threads.h"
#include "lithe/cancel.h"
#include "lithe/ensemble.h"
#include "lithe/error.h"
#include "ops/standardize.h"
#include "train/model_data.h"

namespace lithe {

namespace {

Model like(const Model& prototype, std::uint64_t seed, const Preprocessing& preprocessing) {
  Model model(prototype.network(), prototype.precision(), seed, preprocessing);
  model.metadata() = prototype.metadata();
  const graph::Graph& graph = data_of(model).graph;
  for (const auto& operation : graph.operations)
    if (const auto work = ops::as_standardize(*operation.op))
      for (const graph::ParameterId id : {work->mean, work->deviation})
        model.set_values(graph.parameters[id].name, prototype.values(graph.parameters[id].name));
  return model;
}

class Members {
 public:
  Members(const Model& prototype, const Examples& train, const Examples& test,
          const TrainOptions& options, std::size_t count, const MemberCallback& callback)
      : train_(train), test_(test), options_(options), callback_(callback), reports_(count) {
    const Preprocessing* preprocessing = &prototype.preprocessing();
    members_.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
      members_.push_back(like(prototype, options.seed + i, *preprocessing));
      if (i > 0) continue;
      first_.emplace(members_.front(), train_, test_, options_of(0));
      preprocessing = &members_.front().preprocessing();
    }
  }

  void train() {
    const std::size_t threads = std::min(
        members_.size(), options_.threads > 0 ? options_.threads : base::usable_processors());
    running_ = threads;
    {
      std::vector<std::jthread> others;
      for (std::size_t i = 1; i < threads; ++i) others.emplace_back([this] { work(); });
      work();
      // This thread alone can be asked whether to end.
      std::unique_lock lock(mutex_);
      while (!ended_.wait_for(lock, std::chrono::milliseconds(30), [&] { return running_ == 0; }))
        if (cancelled()) stop(std::make_exception_ptr(Cancelled()));
    }
    if (failure_) std::rethrow_exception(failure_);
  }

  // Of the members that have done an epoch, which are not all where the callback ended it.
  TrainedEnsemble result() && {
    std::vector<Model> trained;
    std::vector<EpochReport> reports;
    for (std::size_t i = 0; i < members_.size(); ++i) {
      if (reports_[i].epoch == 0) continue;
      trained.push_back(std::move(members_[i]));
      reports.push_back(reports_[i]);
    }
    if (trained.empty()) throw Cancelled();
    return {ensemble(trained), std::move(reports)};
  }

 private:
  TrainOptions options_of(std::size_t member) const {
    TrainOptions options = options_;
    options.seed += member;
    options.threads = 1;
    return options;
  }

  void work() {
    const CancelScope scope([this] { return failed_.load(); });
    for (std::size_t i = next_++; i < members_.size() && !stopped_; i = next_++) {
      try {
        train(i);
      } catch (...) {
        const std::lock_guard lock(mutex_);
        stop(std::current_exception());
      }
    }
    const std::lock_guard lock(mutex_);
    if (--running_ == 0) ended_.notify_all();
  }

  // With the lock.
  void stop(std::exception_ptr failure) {
    if (!failure_) failure_ = std::move(failure);
    stopped_ = failed_ = true;
  }

  void train(std::size_t member) {
    std::optional<Trainer> own;
    if (member > 0) own.emplace(members_[member], train_, test_, options_of(member));
    Trainer& trainer = member > 0 ? *own : *first_;
    while (!trainer.finished() && !stopped_) {
      const EpochReport report = trainer.run_epoch([this](double) { return !stopped_; });
      const std::lock_guard lock(mutex_);
      if (!report.stopped && (reports_[member].epoch == 0 || report.best || options_.patience == 0))
        reports_[member] = report;
      if (callback_ && !callback_(member, report)) stopped_ = true;
    }
    trainer.finish();
  }

  const Examples &train_, &test_;
  const TrainOptions& options_;
  const MemberCallback& callback_;
  std::vector<Model> members_;
  std::optional<Trainer> first_;
  std::vector<EpochReport> reports_;
  std::atomic<std::size_t> next_{0};
  std::atomic<bool> stopped_{false}, failed_{false};
  std::mutex mutex_;  // of all below
  std::condition_variable ended_;
  std::size_t running_ = 0;
  std::exception_ptr failure_;
};

}  // namespace

TrainedEnsemble train_ensemble(const Model& prototype, const Examples& train, const Examples& test,
                               const TrainOptions& options, std::size_t count,
                               const MemberCallback& callback) {
  if (count == 0)
    throw Error(ErrorKind::usage, "an ensemble of no models", "train_ensemble", "one or more");
  if (!options.state.empty())
    throw Error(ErrorKind::usage, "one state, and several trainings", "TrainOptions::state",
                "an ensemble without a state");
  Members members(prototype, train, test, options, count, callback);
  members.train();
  return std::move(members).result();
}

}  // namespace lithe
