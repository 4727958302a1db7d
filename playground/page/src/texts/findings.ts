// What the doctor finds, by its code: in a few words, [English, Korean], and in Korean why it matters and what to try. In
// English the doctor's own words say that, with their figures; they are shown in Korean too.

export const findings: Record<string, readonly [string, string, string]> = {
  "wrong-inputs": [
    "Inputs that the model can't take",
    "모델이 받을 수 없는 입력",
    "입력의 개수와 모양을 모델에 맞추십시오.",
  ],
  "not-finite": [
    "Numbers that are NaN or infinite",
    "NaN 또는 무한대인 수",
    "하나만 있어도 손실이 NaN이 됩니다. 데이터를 확인하고 학습률을 줄이십시오.",
  ],
  "unscaled-inputs": [
    "Inputs that are not scaled",
    "크기를 맞추지 않은 입력",
    "초기 가중치는 1 정도의 입력을 전제로 합니다. 입력의 크기를 비슷하게 맞추십시오.",
  ],
  "wrong-targets": [
    "Targets that the outputs can't be",
    "출력이 될 수 없는 목표값",
    "손실 함수와 마지막 활성화 함수에 맞는 목표값을 쓰십시오.",
  ],
  "wrong-loss": [
    "A loss that can't follow the last layer",
    "마지막 층과 맞지 않는 손실 함수",
    "다른 손실 함수를 고르거나 출력의 활성화 함수를 바꾸십시오.",
  ],
  "cannot-learn": [
    "No parameter that the loss could move",
    "손실이 움직일 수 있는 매개변수가 없음",
    "기울기가 가중치까지 닿지 않습니다. 기울기가 있는 활성화 함수를 쓰십시오.",
  ],
  "cut-outputs": [
    "Outputs that can never occur",
    "결코 나올 수 없는 출력",
    "어떤 가중치로도 닿을 수 없는 목표값이 있습니다. 마지막 층 앞의 활성화 함수를 바꾸십시오.",
  ],
  "missing-class": [
    "A class without a sample",
    "표본이 없는 클래스",
    "모델은 그 클래스를 한 번도 답하지 않게 됩니다. 그 클래스의 표본을 추가하십시오.",
  ],
  "rare-class": [
    "A rare class",
    "드문 클래스",
    "그 클래스를 전혀 답하지 않아도 손실이 거의 늘지 않고 정확도에도 드러나지 않습니다. 클래스에 가중치를 주거나 표본을 늘리십시오.",
  ],
  "dead-relu": [
    "Dead ReLU units",
    "죽은 ReLU 유닛",
    "출력이 항상 0인 유닛은 기울기도 0이어서 그 앞의 가중치가 움직이지 않습니다. 학습률을 줄이거나 초기 가중치를 바꾸십시오.",
  ],
  saturated: [
    "Saturated units",
    "포화된 유닛",
    "함수의 평평한 곳에 있는 유닛은 기울기를 거의 통과시키지 않습니다. 초기 가중치나 입력을 작게 하십시오.",
  ],
  "vanishing-gradient": [
    "Gradients that vanish",
    "기울기 소실",
    "마지막 층이 배우는 동안 앞쪽 층은 처음 그대로 있습니다. ReLU를 쓰거나 층을 줄이거나 초기 가중치를 맞추십시오.",
  ],
  "exploding-gradient": [
    "Gradients that explode",
    "기울기 폭발",
    "마지막 층에 알맞은 스텝이 앞쪽 층을 멀리 던져 버립니다. 초기 가중치를 작게 하거나 학습률을 줄이십시오.",
  ],
  "learning-rate-too-large": [
    "A learning rate that is too large",
    "너무 큰 학습률",
    "스텝이 내려가야 할 골짜기를 뛰어넘습니다. 학습률을 줄이십시오.",
  ],
  "learning-rate-too-small": [
    "A learning rate that is too small",
    "너무 작은 학습률",
    "이 속도로는 도착하기 훨씬 전에 학습이 끝납니다. 학습률을 키우십시오.",
  ],
  "constant-prediction": [
    "The same answer for every sample",
    "모든 표본에 같은 답",
    "모델이 입력에 대해 배운 것이 없습니다. 다른 진단을 먼저 보고, 입력이 답을 알려 주는지 확인하십시오.",
  ],
  "guessing-loss": [
    "A loss no better than guessing",
    "찍는 것과 다름없는 손실",
    "입력을 보지 않고 클래스의 비율만 아는 답도 같은 손실을 냅니다. 더 학습하거나 모델을 키우십시오.",
  ],
  overfitting: [
    "Overfitting",
    "과적합",
    "모델이 표본을 외우고 있습니다. 학습을 일찍 멈추거나 표본을 늘리거나 드롭아웃과 가중치 감쇠를 쓰십시오.",
  ],
  underfitting: [
    "Underfitting",
    "과소적합",
    "더 학습해도 나아지지 않습니다. 모델을 키우거나 답을 알려 주는 입력을 추가하십시오.",
  ],
};
