// The interface of a trainer, independent of its precision.
#pragma once

#include "lithe/profile.h"
#include "lithe/trainer.h"
#include "train/model_data.h"

namespace lithe {

class Trainer::Engine {
 public:
  virtual ~Engine() = default;
  virtual EpochReport run_epoch(const ProgressCallback& callback) = 0;
  virtual bool finished() const = 0;
  virtual TrainingResult finish() = 0;
  virtual PlanReport plan() const = 0;
  virtual TimeSplit time_split() const = 0;
  virtual ProfileRecords profile() const = 0;
  virtual std::vector<std::uint32_t> order(std::size_t epoch) const = 0;
  virtual const std::vector<EpochWatch>& watched() const = 0;
  virtual const std::vector<EpochReport>& history() const = 0;
  virtual void save_state(const std::filesystem::path& file) = 0;
  virtual void load_state(const std::filesystem::path& file) = 0;
  virtual std::map<std::string, NamedArray> optimizer_state() const = 0;
  virtual void restore_optimizer(const std::map<std::string, NamedArray>& state) = 0;
  virtual void save_model(const std::filesystem::path& file) = 0;
};

}  // namespace lithe

namespace lithe::train {

std::unique_ptr<Trainer::Engine> make_engine(Model& model, const Examples& train,
                                             const Examples& test, const TrainOptions& options);

}  // namespace lithe::train
