// The examples: title and two sentences each, English and Korean.

type Story = readonly [string, string];

export const presets: Record<string, readonly [Story, Story]> = {
  chain_rule: [
    [
      "Guess a number",
      "One weight is to become 42, and the slope of the loss says each time in which direction to go and how far. Step by step the error shrinks by the same factor.",
    ],
    [
      "숫자 맞히기",
      "가중치 하나가 42가 되어야 하며, 손실의 기울기가 매번 어느 쪽으로 얼마나 갈지 알려 줍니다. 스텝마다 오차가 같은 비율로 줄어듭니다.",
    ],
  ],
  one_neuron: [
    [
      "One neuron, one step",
      "A sigmoid neuron with two weights takes a single step downhill. Click a weight to read the chain rule with its numbers.",
    ],
    [
      "뉴런 하나, 한 스텝",
      "가중치가 두 개인 시그모이드 뉴런이 경사를 따라 한 스텝 내려갑니다. 가중치를 누르면 연쇄 법칙을 숫자와 함께 읽을 수 있습니다.",
    ],
  ],
  by_hand: [
    [
      "Backpropagation by hand",
      "One sample goes through a 3-2-2 net, small enough to follow with pencil and paper. Go forwards layer by layer and compare every number with your own.",
    ],
    [
      "손으로 하는 역전파",
      "표본 하나가 3-2-2 신경망을 지나며, 연필과 종이로 따라 할 수 있을 만큼 작습니다. 층 단위로 나아가며 모든 수를 직접 계산한 값과 비교해 보십시오.",
    ],
  ],
  relu_two_layer: [
    [
      "Two layers of ReLU",
      "Two ReLU layers take one step downhill, weights and biases alike. Every unit is above zero here, so the slope passes all of them.",
    ],
    [
      "ReLU 두 층",
      "ReLU 층 두 개의 가중치와 편향이 모두 한 스텝 내려갑니다. 여기서는 모든 유닛이 0보다 커서 기울기가 전부 지나갑니다.",
    ],
  ],
  matrices: [
    [
      "Nothing but matrix products",
      "Four samples pass through the net together, and backpropagation is three matrix products. There are no biases: a third input that is always 1 does their work.",
    ],
    [
      "행렬 곱만으로",
      "표본 네 개가 한꺼번에 신경망을 지나고, 역전파는 행렬 곱 세 번이면 됩니다. 편향은 없고, 항상 1인 세 번째 입력이 그 일을 대신합니다.",
    ],
  ],
  logic_gates: [
    [
      "A neuron learns AND",
      "Four samples, two weights and a bias: the smallest thing that one neuron can learn. Choose another gate, and see which one a straight line can't part.",
    ],
    [
      "AND를 배우는 뉴런",
      "표본 네 개, 가중치 두 개, 편향 하나로 뉴런 하나가 배울 수 있는 가장 작은 문제입니다. 다른 게이트를 골라 직선으로 나눌 수 없는 것이 무엇인지 찾아보십시오.",
    ],
  ],
  xor: [
    [
      "XOR",
      "No straight line parts the yes of XOR from its no, but a layer of eight units bends the line. Watch how the units share the work.",
    ],
    [
      "XOR",
      "XOR의 참과 거짓은 직선으로 나눌 수 없지만, 유닛 여덟 개의 층은 그 선을 구부립니다. 유닛들이 일을 어떻게 나누는지 지켜보십시오.",
    ],
  ],
  xor_lecture: [
    [
      "The lecture's XOR",
      "Two hidden units and 100,000 steps, with the digits that the lecture printed. Nearly all of the fall happens in the first few thousand; the rest only makes the net surer.",
    ],
    [
      "강의의 XOR",
      "은닉 유닛 두 개로 100,000스텝을 학습하며, 강의에 나온 숫자가 그대로 나옵니다. 손실은 처음 몇천 스텝 안에 거의 다 줄고, 나머지는 답을 더 확실하게 할 뿐입니다.",
    ],
  ],
  xor_stuck: [
    [
      "The start that sticks",
      "The same net from other first weights ends with two right answers and two at one half. No small step leads out: try another seed or a third unit.",
    ],
    [
      "빠져나오지 못하는 출발점",
      "같은 신경망이 다른 초기 가중치에서 시작하면 답 두 개는 맞고 두 개는 ½에 머뭅니다. 작은 스텝으로는 빠져나올 수 없으니 다른 시드나 세 번째 유닛을 시도해 보십시오.",
    ],
  ],
  parabola: [
    [
      "Above a parabola",
      "A hundred points, and a net of three ReLU units that is to say which lie above x₁² − 1. Each unit contributes one straight edge to the region.",
    ],
    [
      "포물선 위와 아래",
      "점 백 개 가운데 x₁² − 1보다 위에 있는 점을 ReLU 유닛 세 개로 가려냅니다. 유닛마다 영역에 곧은 변을 하나씩 보탭니다.",
    ],
  ],
  step_cannot_learn: [
    [
      "The step can't learn",
      "The net of the parabola with a step function in place of the ReLU: its slope is zero everywhere, so the first layer never moves. Look at the gradients by layer.",
    ],
    [
      "배우지 못하는 계단 함수",
      "포물선 신경망의 ReLU를 계단 함수로 바꾸면 기울기가 어디서나 0이라 첫 층이 전혀 움직이지 않습니다. 층별 기울기를 확인해 보십시오.",
    ],
  ],
  stale_variable: [
    [
      "A variable left over",
      "The lecture's code took an input from an earlier example, so both weights move by the same wrong amount. Compare the step with that of “One neuron, one step”.",
    ],
    [
      "남아 있던 변수",
      "강의 코드가 이전 예제의 입력을 그대로 써서 두 가중치가 똑같이 잘못된 만큼 움직입니다. “뉴런 하나, 한 스텝”의 결과와 비교해 보십시오.",
    ],
  ],
  still_biases: [
    [
      "Biases that stand still",
      "The loss has a slope at the biases too, but this step moves only the weights. Compare it with “Two layers of ReLU”, where everything moves.",
    ],
    [
      "움직이지 않는 편향",
      "손실은 편향에 대해서도 기울기가 있지만 이 스텝은 가중치만 움직입니다. 모두 움직이는 “ReLU 두 층”과 비교해 보십시오.",
    ],
  ],
  activations: [
    [
      "What an activation makes",
      "A sine is put together from eight bent units. Change the activation above the layer and see of which shapes the curve is then made.",
    ],
    [
      "활성화 함수가 만드는 모양",
      "구부러진 유닛 여덟 개로 사인 곡선을 만듭니다. 층 위에서 활성화 함수를 바꾸면 곡선이 어떤 모양들로 이루어지는지 보입니다.",
    ],
  ],
  circles: [
    [
      "One circle in another",
      "Six units draw a closed line around the inner circle. With two units it can't be done, and with three it just can.",
    ],
    [
      "원 안의 원",
      "유닛 여섯 개가 안쪽 원을 둘러싸는 닫힌 선을 그립니다. 유닛이 두 개면 할 수 없고, 세 개면 겨우 할 수 있습니다.",
    ],
  ],
  moons: [
    [
      "Two moons, and when to stop",
      "Four units part the moons, and half of the samples are kept for testing. Watch where the test loss stops falling while the training loss goes on.",
    ],
    [
      "초승달 두 개와 멈출 때",
      "유닛 네 개로 초승달을 나누며, 표본의 절반은 시험용으로 남겨 둡니다. 학습 손실은 계속 줄어도 시험 손실이 더는 줄지 않는 곳을 지켜보십시오.",
    ],
  ],
  spirals: [
    [
      "Two spirals",
      "The hardest set of the page: two layers of twenty-four ReLU units and a learning rate that fades along a cosine. Take one layer away and see what is lost.",
    ],
    [
      "나선 두 개",
      "이 페이지에서 가장 어려운 데이터로, ReLU 유닛 스물네 개의 층 두 개와 코사인으로 줄어드는 학습률을 씁니다. 층 하나를 빼면 무엇을 잃는지 확인해 보십시오.",
    ],
  ],
  regression: [
    [
      "A hill of numbers",
      "The targets are numbers and not classes: the height of a hill over the plane. Orange lies below zero, blue above.",
    ],
    [
      "수로 이루어진 언덕",
      "목표값은 클래스가 아니라 평면 위 언덕의 높이입니다. 주황색은 0보다 낮고 파란색은 0보다 높습니다.",
    ],
  ],
  digits: [
    [
      "Digits that you draw",
      "Thirty-two units learn to read small grey digits. Draw one yourself, see what the net takes it for, and add it to the data if it is wrong.",
    ],
    [
      "직접 그리는 숫자",
      "유닛 서른두 개가 작은 회색 숫자를 읽는 법을 배웁니다. 직접 하나를 그려 신경망의 판단을 보고, 틀리면 데이터에 추가해 보십시오.",
    ],
  ],
  csv: [
    [
      "A table of flowers",
      "Four measurements of an iris say of which species it is. Put your own table in its place: paste it, and choose the column to predict.",
    ],
    [
      "붓꽃 표",
      "붓꽃의 네 가지 치수로 어느 종인지 알아냅니다. 직접 준비한 표를 붙여 넣고 예측할 열을 고를 수도 있습니다.",
    ],
  ],
  rare_class: [
    [
      "A class that is rare",
      "One sample in ten is of class 1, and the two overlap. An accuracy of nine in ten says little here: a net that never says 1 has it too.",
    ],
    [
      "드문 클래스",
      "표본 열 개 가운데 하나만 클래스 1이고 두 클래스가 겹칩니다. 여기서 정확도 90 %는 큰 뜻이 없는데, 1이라고 한 번도 답하지 않는 신경망도 그만큼은 맞힙니다.",
    ],
  ],
  dead_relu: [
    [
      "Dead units",
      "With biases of −9 all ReLU units answer zero for every sample, so no slope reaches their weights. The doctor names them.",
    ],
    [
      "죽은 유닛",
      "편향이 −9라서 모든 ReLU 유닛이 어떤 표본에도 0을 답하므로 가중치에 기울기가 닿지 않습니다. 진단 칸에서 그 유닛을 알려 줍니다.",
    ],
  ],
  vanishing: [
    [
      "Gradients that vanish",
      "Six layers of sigmoids, each of which lets at most a quarter of the slope through. The bars of the gradients show how little of it arrives at the first layer.",
    ],
    [
      "사라지는 기울기",
      "시그모이드 층 여섯 개가 저마다 기울기를 많아야 4분의 1만 통과시킵니다. 기울기 막대를 보면 첫 층에 얼마나 적게 닿는지 알 수 있습니다.",
    ],
  ],
  exploding: [
    [
      "Steps that are too long",
      "With a learning rate of 4 each step jumps over the valley and lands higher than before. Make it smaller until the loss falls.",
    ],
    [
      "너무 큰 스텝",
      "학습률이 4이면 스텝마다 골짜기를 뛰어넘어 전보다 더 높은 곳에 떨어집니다. 손실이 줄어들 때까지 학습률을 낮춰 보십시오.",
    ],
  ],
};

/** Those that are broken on purpose. */
export const mistakes: ReadonlySet<string> = new Set([
  "xor_stuck",
  "step_cannot_learn",
  "stale_variable",
  "still_biases",
  "rare_class",
  "dead_relu",
  "vanishing",
  "exploding",
]);
