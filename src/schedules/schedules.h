#pragma once
#include <vector>
#include "lithe/component.h"
#include "network/declaration.h"
namespace lithe::schedules {
std::vector<network::Declaration> declarations();
class Schedule {
 public:
  explicit Schedule(double rate) : rate_(rate) {}
  static Schedule make(const Component& c) { return Schedule(c.number("lr")); }
  double at(double) const { return rate_; }
  void note(double) {}
 private:
  double rate_;
};
}
