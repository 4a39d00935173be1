#include "program/sample_histogram.h"

#include <gtest/gtest.h>

namespace lithe::program {
namespace {

double share_of(const std::vector<ActivityShare>& shares, Activity activity) {
  for (const ActivityShare& share : shares)
    if (share.activity == activity) return share.share;
  return 0;
}

TEST(SampleHistogram, SharesAddUpAndTheLargestIsFirst) {
  Files files;
  SampleHistogram histogram;
  const Place blas{files.number("/nowhere/libopenblas.so.0"), 100};
  const Place python{files.number("/nowhere/python3.11"), 100};
  for (int i = 0; i < 6; ++i) histogram.add(blas, false, true);
  for (int i = 0; i < 3; ++i) histogram.add(python, false, true);
  histogram.add({}, true, false);  // in the system, from where is unknown
  EXPECT_EQ(histogram.samples(), 10);
  const auto shares = histogram.shares(files);
  ASSERT_EQ(shares.size(), 3);
  EXPECT_EQ(shares[0].activity, Activity::products);
  EXPECT_DOUBLE_EQ(shares[0].share, 0.6);
  EXPECT_EQ(shares[0].mostly, "libopenblas.so.0");
  EXPECT_DOUBLE_EQ(share_of(shares, Activity::interpreter), 0.3);
  double sum = 0;
  for (const ActivityShare& share : shares) sum += share.share;
  EXPECT_DOUBLE_EQ(sum, 1);
}

TEST(SampleHistogram, PlacesAreBounded) {
  Files files;
  const std::uint32_t file = files.number("/nowhere/python3.11");
  SampleHistogram histogram;
  for (std::uint64_t i = 0; i < (1 << 20) + 1000; ++i) histogram.add({file, i}, false, true);
  EXPECT_NEAR(share_of(histogram.shares(files), Activity::interpreter), 1, 0.01);
}

TEST(SampleHistogram, WhatTheSystemTookIsAccountedFor) {
  std::vector<ActivityShare> shares = {
      {Activity::loops, 0.6, ""}, {Activity::interpreter, 0.3, ""}, {Activity::kernel, 0.1, ""}};
  account_for_system(shares, 0.4, Activity::page_faults);
  EXPECT_NEAR(share_of(shares, Activity::page_faults), 0.3, 1e-12);
  EXPECT_NEAR(share_of(shares, Activity::loops), 0.4, 1e-12);
  EXPECT_NEAR(share_of(shares, Activity::interpreter), 0.2, 1e-12);
  EXPECT_NEAR(share_of(shares, Activity::kernel), 0.1, 1e-12);
  const auto before = shares;
  account_for_system(shares, 0.05, Activity::page_faults);  // the samples saw more of it
  EXPECT_EQ(share_of(shares, Activity::loops), share_of(before, Activity::loops));
}

}  // namespace
}  // namespace lithe::program
